"""Simulated traders as pure decisions: a view of one market in, intentions out. Vocabulary and NumPy, nothing else."""
