"""What happened on the exchange: candles. Pulls from the market, which does not know that analytics exists."""
