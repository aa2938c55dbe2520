"""Which shard, and so which queue, a book belongs to."""

from zlib import crc32

from django.conf import settings


def shard_of(symbol: str) -> int:
    """The shard of an instrument's book: stable, from the symbol alone."""
    return crc32(symbol.encode()) % int(settings.MATCHING_SHARDS)


def queue_of(symbol: str) -> str:
    """The Celery queue that carries the wake-ups of an instrument's book."""
    return f"match.{shard_of(symbol)}"
