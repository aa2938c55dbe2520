"""Telling by gRPC's health protocol what the probe of the exchange finds: without its database no service serves."""

import asyncio
from collections.abc import Iterable

from grpc_health.v1 import health, health_pb2

from grpc_api.database import in_database
from market.selectors import readiness
from vocabulary import limits

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def keep_telling(servicer: health.aio.HealthServicer, *, names: Iterable[str]) -> None:
    """Probe again and again, and tell those who watch; the empty name stands for the server as a whole."""
    told = ["", *names]
    while True:
        await asyncio.sleep(limits.GRPC_HEALTH_INTERVAL_MS / 1000)
        found = await in_database(readiness.probe)
        for name in told:
            await servicer.set(name, SERVING if found.is_ready else NOT_SERVING)
