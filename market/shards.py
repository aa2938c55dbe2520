"""Which shard, and so which queue, a book belongs to."""

from zlib import crc32

import redis
from django.conf import settings

from vocabulary import limits


def shard_of(symbol: str) -> int:
    """The shard of an instrument's book: stable, from the symbol alone."""
    return crc32(symbol.encode()) % int(settings.MATCHING_SHARDS)


def queue_of(symbol: str) -> str:
    """The Celery queue that carries the wake-ups of an instrument's book."""
    return f"match.{shard_of(symbol)}"


def left_over_queues(client: redis.Redis) -> list[str]:
    """The queues of shards that are no more and still hold wake-ups, sent when there were more shards than now."""
    names = [f"match.{shard}" for shard in range(int(settings.MATCHING_SHARDS), limits.MATCHING_SHARDS_MAX)]
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.exists(f"{prefix}{name}")
        return [name for name, holds in zip(names, pipeline.execute(), strict=True) if holds]
