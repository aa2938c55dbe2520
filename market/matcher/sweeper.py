"""The sweeper: it finds books whose commands wait although nobody woke a matcher for them, with or without Redis."""

import random
import threading
from collections.abc import Iterable

import redis
import structlog
from django.db import Error, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError

import matching
from market import metrics, shards, wake
from market.failpoints import failpoint
from market.matcher import calendars, leases, schedule, starting
from market.matcher.clock import DatabaseClock
from market.matcher.drain import SWEPT, Matcher
from market.models import Instrument
from vocabulary import limits

WAIT_FOR_DRAIN_S = 0.5

logger = structlog.get_logger(__name__)

WAITING = """
SELECT i.symbol, EXTRACT(EPOCH FROM clock_timestamp() - min(c.accepted_at)) * 1000
  FROM market_inboxcommand c
  JOIN market_instrument i ON i.id = c.instrument_id
  JOIN market_book b ON b.instrument_id = c.instrument_id AND b.status = 'RUNNING' AND b.engine_version <= %s
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
        self._starter: threading.Thread | None = None

    def stop(self) -> None:
        """Ask the thread to end after the sweep it is in."""
        self._stopping.set()

    def run(self) -> None:
        """Sweep until stopped. Nothing that goes wrong in one sweep ends it: what waits is then swept by the next."""
        while not self._stopping.wait(limits.SWEEP_INTERVAL_MS / 1000 * random.uniform(0.8, 1.2)):
            try:
                self._matcher.progress.mark(SWEPT)
                self.keep_time()
                self.sweep()
                self.start_books()
                self._snapshot_idle_books()
            except (Error, redis.RedisError, BrokerError, OSError) as error:
                logger.warning("sweep_failed", error=str(error))
            except Exception:
                logger.exception("sweep_broken")
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
            cursor.execute(WAITING, [matching.ENGINE_VERSION])
            waiting = [row for row in cursor.fetchall() if shards.shard_of(row[0]) in self._shards]
        failpoint("sweep.after_look")
        for symbol, age_ms in waiting:
            if age_ms > limits.SWEEP_INLINE_AFTER_MS:
                metrics.SWEPT.labels(how="drained").inc()
                self._matcher.drain(symbol, ask_lease=False, wait_s=WAIT_FOR_DRAIN_S)
                failpoint("sweep.after_drain")
            elif age_ms > limits.SWEEP_AFTER_MS:
                metrics.SWEPT.labels(how="woken").inc()
                wake.wake(symbol)

    def start_books(self) -> None:
        """Verify the journals of books that are to be started, beside the sweeping: that may take a while."""
        if self._starter is None or not self._starter.is_alive():
            asked = [book for book in starting.asked_for() if shards.shard_of(book.symbol) in self._shards]
            if asked:
                self._starter = threading.Thread(target=_start_all, args=[asked], name="starter", daemon=True)
                self._starter.start()

    def _snapshot_idle_books(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(IDLE, [limits.SNAPSHOT_IDLE_MS])
            idle = cursor.fetchall()
        for instrument_id, symbol in idle:
            if shards.shard_of(symbol) in self._shards:
                self._matcher.snapshot_if_idle(instrument_id)


def _start_all(asked: list[Instrument]) -> None:
    try:
        for instrument in asked:
            starting.start(instrument)
    except Error as error:
        logger.warning("start_failed", error=str(error))
    finally:
        connection.close()
