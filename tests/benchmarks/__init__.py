"""Tests of what the benchmarks rest on: a figure is worth no more than the stream and the rival behind it."""
