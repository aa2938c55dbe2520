"""Reading candles."""
