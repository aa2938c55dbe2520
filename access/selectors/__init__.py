"""The only code that a door reads users, keys and the audit log through."""
