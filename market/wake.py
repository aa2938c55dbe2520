"""Waking a book's matcher: a hint, best effort. Whatever is lost here, the sweeper finds."""

import time

import redis
import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from market import metrics, redis_connection, shards
from market.failpoints import failpoint
from vocabulary import limits

MATCH_TASK = "market.match_book"
REST_AFTER_FAILURE_S = 1.0

logger = structlog.get_logger(__name__)


class _Courier:
    """Sends wake-ups, and leaves Redis alone for a moment after it failed, so that intake does not wait for it."""

    def __init__(self) -> None:
        self._resting_until = 0.0

    def send(self, symbol: str) -> None:
        if time.monotonic() < self._resting_until:
            return
        try:
            failpoint("wake.before_flag")
            if redis_connection.client().set(flag_of(symbol), b"1", nx=True, px=limits.WAKE_FLAG_MS):
                failpoint("wake.after_flag")
                current_app.send_task(
                    MATCH_TASK,
                    args=[symbol],
                    queue=shards.queue_of(symbol),
                    expires=limits.TASK_EXPIRES_S,
                    ignore_result=True,
                    retry=False,
                )
                failpoint("wake.after_task")
        except (redis.RedisError, OperationalError, OSError) as error:
            self._resting_until = time.monotonic() + REST_AFTER_FAILURE_S
            metrics.WAKE_FAILURES.inc()
            logger.warning("wake_failed", symbol=symbol, error=str(error))


_courier = _Courier()


def flag_of(symbol: str) -> str:
    """The key of the flag that says a wake-up is on its way."""
    return f"marketops:wake:{symbol}"


def wake(symbol: str) -> None:
    """Ask for the book to be drained. Call it after the commit; it never raises for want of Redis."""
    _courier.send(symbol)


def clear(symbol: str) -> None:
    """Take the flag down. Call it before the inbox is read, so that a later order raises it anew."""
    try:
        redis_connection.client().delete(flag_of(symbol))
    except (redis.RedisError, OSError):
        # The flag expires by itself; the sweeper covers the time until then.
        metrics.WAKE_FAILURES.inc()
