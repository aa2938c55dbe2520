"""One corpus, every door: the same good and bad requests through each way in, and the same outcome demanded of all."""
