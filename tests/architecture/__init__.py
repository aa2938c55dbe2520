"""What the imports cannot show, held by reading the source itself."""
