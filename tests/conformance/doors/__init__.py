"""The doors as the corpus sees them: each says an act in its own syntax and reads its answer back."""
