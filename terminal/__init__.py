"""The terminal client: talks gRPC to an exchange, knows the vocabulary and the protocol, and nothing else of ours."""
