"""The terminal client, against the exchange's own gRPC door."""
