"""Between the protocol and the exchange's own words: nothing else of this door knows the generated messages."""
