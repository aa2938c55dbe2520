"""Tests of the matching core: drawn scenarios, a slow reference, and properties that hold the two together."""
