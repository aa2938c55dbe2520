"""The only code through which doors read analytics; returns frozen records."""
