"""The sweeper: it finds books whose commands wait although nobody woke a matcher for them, with or without Redis."""

import random
import threading
from collections.abc import Iterable

import redis
import structlog
from django.db import Error, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError

from market import metrics, shards, wake
from market.matcher import calendars, leases, schedule
from market.matcher.clock import DatabaseClock
from market.matcher.drain import Matcher
from vocabulary import limits

logger = structlog.get_logger(__name__)

WAITING = """
SELECT i.symbol, EXTRACT(EPOCH FROM clock_timestamp() - min(c.accepted_at)) * 1000
  FROM market_inboxcommand c
  JOIN market_instrument i ON i.id = c.instrument_id
  JOIN market_book b ON b.instrument_id = c.instrument_id AND b.status = 'RUNNING'
 GROUP BY i.symbol
"""
IDLE = """
SELECT b.instrument_id, i.symbol FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id
 WHERE b.command_seq > b.snapshot_command_seq
   AND b.last_time_ns < (EXTRACT(EPOCH FROM clock_timestamp()) * 1000 - %s) * 1000000
"""


class Sweeper(threading.Thread):
    """A thread of every matching worker. It only sends wake-ups, or drains by the same means under the same lock."""

    def __init__(self, matcher: Matcher, *, shard_numbers: Iterable[int], clock: DatabaseClock | None = None) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._matcher = matcher
        self._clock = clock or DatabaseClock()
        self._shards = frozenset(shard_numbers)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end after the sweep it is in."""
        self._stopping.set()

    def run(self) -> None:
        """Sweep until stopped; no failure of a database or of Redis ends it."""
        while not self._stopping.wait(limits.SWEEP_INTERVAL_MS / 1000 * random.uniform(0.8, 1.2)):
            try:
                self.keep_time()
                self.sweep()
                self._snapshot_idle_books()
            except (Error, redis.RedisError, BrokerError, OSError) as error:
                logger.warning("sweep_failed", error=str(error))
            finally:
                close_old_connections()

    def keep_time(self) -> None:
        """Ask for what is due by the clock in any book, and wake it. Right after the clock has jumped, nothing is."""
        look = self._clock.look()
        symbols = leases.end_expired(forgives=look.may_have_missed_renewals)
        if self._clock.is_steady:
            symbols += [*schedule.end_auctions(), *schedule.expire_orders(), *calendars.keep()]
        for symbol in symbols:
            wake.wake(symbol)

    def sweep(self) -> None:
        """Wake or drain each book of these shards whose oldest command has waited too long."""
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            waiting = [row for row in cursor.fetchall() if shards.shard_of(row[0]) in self._shards]
        for symbol, age_ms in waiting:
            if age_ms > limits.SWEEP_INLINE_AFTER_MS:
                metrics.SWEPT.labels(how="drained").inc()
                self._matcher.drain(symbol, ask_lease=False)
            elif age_ms > limits.SWEEP_AFTER_MS:
                metrics.SWEPT.labels(how="woken").inc()
                wake.wake(symbol)

    def _snapshot_idle_books(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(IDLE, [limits.SNAPSHOT_IDLE_MS])
            idle = cursor.fetchall()
        for instrument_id, symbol in idle:
            if shards.shard_of(symbol) in self._shards:
                self._matcher.snapshot_if_idle(instrument_id)
