"""The process's connection to Redis, with time-outs, so that a Redis that is away costs a moment and nothing else."""

from functools import cache

import redis
from django.conf import settings


@cache
def client() -> redis.Redis:
    """A client with its own pool. It raises redis.RedisError after at most REDIS_TIMEOUT_S."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT_S,
        socket_connect_timeout=settings.REDIS_TIMEOUT_S,
        health_check_interval=5,
    )
