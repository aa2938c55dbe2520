"""The shapes of this door's JSON: what it takes in, what it gives out, what it asks for in a query string."""
