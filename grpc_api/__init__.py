"""gRPC: the market, its analytics and its operation for programs, as proto/ promises."""
