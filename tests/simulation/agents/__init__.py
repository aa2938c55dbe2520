"""Simulated traders as pure decisions."""
