"""What simulation sets up in the market."""
