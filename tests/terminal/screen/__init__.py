"""The screen, driven by keys without a terminal, against the exchange's own gRPC door."""
