"""The exchange as seen by the client: the only part of it that knows gRPC and the generated messages."""

from terminal.client.client import Client, Endpoint, Placed, PlacedTogether

__all__ = ["Client", "Endpoint", "Placed", "PlacedTogether"]
