"""The only code that writes candles."""
