"""The only code that writes the exchange's rows from outside: one module per noun, one function per verb."""
