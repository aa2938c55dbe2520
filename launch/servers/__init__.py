"""The embedded PostgreSQL and Valkey: where their programs are, how they are set up, started and stopped."""
