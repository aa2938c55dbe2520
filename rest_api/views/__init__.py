"""The addresses of this door, one module per noun."""
