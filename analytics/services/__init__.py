"""The only code that writes candles and samples of quotes."""
