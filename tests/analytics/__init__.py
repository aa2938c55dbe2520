"""Analytics: what is true of candles."""
