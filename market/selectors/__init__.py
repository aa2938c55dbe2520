"""The only code that a door reads the exchange through. Everything returned is a frozen record."""
