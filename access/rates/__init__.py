"""How often somebody may ask: buckets that refill steadily, kept in Redis for all processes together.

Redis is no truth. While it is away each process keeps buckets of its own, so that a caller may for that while ask as
often at each process as otherwise at all of them.
"""

import time

import redis
import structlog

from access.rates.bucket import Allowance, Bucket
from access.rates.in_process import Buckets
from access.rates.in_redis import take_in_redis
from vocabulary import limits

__all__ = ["Allowance", "Bucket", "take"]

logger = structlog.get_logger(__name__)


class _Redis:
    """Whether it is worth asking: after a failure, not for a moment."""

    again_at_s = 0.0


_own = Buckets()


def take(*buckets: Bucket, cost: int) -> Allowance:
    """Take ``cost`` from each of the buckets, or from none of them when one holds less. At least one is given."""
    if time.monotonic() >= _Redis.again_at_s:
        try:
            return take_in_redis(buckets, cost=cost)
        except (redis.RedisError, OSError) as error:
            _Redis.again_at_s = time.monotonic() + limits.RATES_REDIS_PAUSE_S
            logger.warning("rates_without_redis", error=type(error).__name__)
    return _own.take(buckets, cost=cost)
