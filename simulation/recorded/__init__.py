"""Recorded markets: a real exchange's order flow, turned into commands and played into this one."""
