"""Pictures in characters, compared as text."""
