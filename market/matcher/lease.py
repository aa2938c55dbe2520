"""The Redis lease on a book: who holds it need not fear that another worker does the same work at the same time.

It is a courtesy and never a guarantee: the row lock and the version check decide (reliability over convenience).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import structlog
from redis.exceptions import LockError
from redis.lock import Lock

from market import redis_connection
from vocabulary import limits

PROLONG_EVERY_S = limits.BOOK_LEASE_MS / 1000 / 4

logger = structlog.get_logger(__name__)


class Lease:
    """A held lease that can be prolonged while work goes on; one without a lock stands for Redis being away."""

    def __init__(self, lock: Lock | None) -> None:
        self._lock = lock
        self._prolonged_at = time.monotonic()

    def prolong(self) -> None:
        """Start the lease's time anew, unless it was a moment ago. Losing it is harmless."""
        if self._lock is None or time.monotonic() - self._prolonged_at < PROLONG_EVERY_S:
            return
        self._prolonged_at = time.monotonic()
        try:
            self._lock.reacquire()
        except (LockError, redis.RedisError, OSError):
            self._lock = None

    def release(self) -> None:
        """Give the lease back, if it is still ours."""
        if self._lock is None:
            return
        try:
            self._lock.release()
        except (LockError, redis.RedisError, OSError):
            logger.debug("lease_expired_before_release")


@contextmanager
def hold(symbol: str) -> Iterator[Lease | None]:
    """Hold the book's lease, or yield None when another worker holds it. Without Redis it is held by nobody."""
    lock = redis_connection.client().lock(
        f"marketops:lease:{symbol}", timeout=limits.BOOK_LEASE_MS / 1000, blocking=False, thread_local=False
    )
    try:
        lease = Lease(lock) if lock.acquire() else None
    except (redis.RedisError, OSError):
        lease = Lease(None)
    try:
        yield lease
    finally:
        if lease is not None:
            lease.release()
