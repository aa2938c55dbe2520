"""A copy of the whole exchange in one file, and the way back from it."""
