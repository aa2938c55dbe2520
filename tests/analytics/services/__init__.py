"""Building candles."""
