"""The REST door, /api/v1/: parse, authenticate, call a service or a selector, render."""
