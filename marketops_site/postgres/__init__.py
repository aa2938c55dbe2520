"""Django's PostgreSQL backend with an end to every wait: a database that falls silent is a database that is away."""
