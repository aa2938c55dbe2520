"""Simulated traders, alone and on the exchange."""
