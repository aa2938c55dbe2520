"""Who else is trading: simulated participants, who use the market as anybody does."""
