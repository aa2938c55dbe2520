"""Letting old days of the journals go: each is verified, written to a file that proves itself, then deleted."""
