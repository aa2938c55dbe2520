"""The gRPC door's counters. Every process keeps its own; ``/metrics`` sums them."""

from prometheus_client import Counter

CALLS = Counter("marketops_grpc_calls_total", "Calls that have ended, by method and status.", ["method", "status"])
