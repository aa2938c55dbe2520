"""What simulation sets up in the market, through the market's own services."""
