"""Measurements whose result is a rate or a latency, each beside a floor measured in the same run."""
