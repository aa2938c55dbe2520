"""The only code that writes users, keys and audit entries: one module per noun, one function per verb."""
