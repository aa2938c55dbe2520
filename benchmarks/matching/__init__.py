"""The matching core beside its rivals: the same commands, the same fills, the same run."""
