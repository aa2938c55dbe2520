"""The full-screen view of one market."""
