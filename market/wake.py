"""Waking a book's matcher: a hint, best effort. Whatever is lost here, the sweeper finds."""

import time
from collections.abc import Callable

import redis
import structlog
from celery import current_app
from django.conf import settings
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
        if self.is_resting():
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
            self._rest(error)

    def ask(self, question: Callable[[redis.Redis], object]) -> object:
        """What Redis answers; None while it is away."""
        if self.is_resting():
            return None
        try:
            return question(redis_connection.client())
        except (redis.RedisError, OSError) as error:
            self._rest(error)
            return None

    def is_resting(self) -> bool:
        return time.monotonic() < self._resting_until

    def _rest(self, error: Exception) -> None:
        self._resting_until = time.monotonic() + REST_AFTER_FAILURE_S
        metrics.WAKE_FAILURES.inc()
        logger.warning("wake_failed", error=str(error))


_courier = _Courier()


def flag_of(symbol: str) -> str:
    """The key of the flag that says a wake-up is on its way."""
    return f"marketops:wake:{symbol}"


def wake(symbol: str) -> None:
    """Ask for the book to be drained. Call it after the commit; it never raises for want of Redis."""
    _courier.send(symbol)


def hold(symbol: str) -> None:
    """Put the flag up, or keep it up, for a matcher that looks into the inbox itself: no wake-up is sent meanwhile."""
    _courier.ask(lambda client: client.set(flag_of(symbol), b"1", px=limits.WAKE_FLAG_MS))


def clear(symbol: str) -> None:
    """Take the flag down. Call it before the inbox is read, so that a later order raises it anew.

    When Redis is away the flag expires by itself, and the sweeper covers the time until then.
    """
    _courier.ask(lambda client: client.delete(flag_of(symbol)))


def others_wait(symbol: str) -> bool:
    """Whether wake-ups wait in the queue of this book, and so, while its flag is held, of another one."""
    return length_of(shards.queue_of(symbol)) > 0


def length_of(queue: str) -> int:
    """How many wake-ups wait in a queue; 0 when Redis does not say."""
    key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{queue}"
    return int(str(_courier.ask(lambda client: client.llen(key)) or 0))
