"""The pages in a real browser, against the whole exchange running."""
