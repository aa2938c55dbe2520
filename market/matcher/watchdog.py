"""The watchdog of a matching worker: it shows the process's pulse while work goes on, and ends it when it does not.

A worker may be alive and yet useless: it no longer consumes its queue, or its drain hangs. Nothing is lost by ending
it, because nothing is kept in it; a supervisor starts it again at once.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from django.db import Error, close_old_connections, connection

import matching
from market import metrics, shards, wake
from market.matcher.drain import BATCHED, CONSUMED, SWEPT
from market.matcher.progress import Progress
from vocabulary import limits

logger = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
EXIT_STATUS = 70
SWEEPER_SILENT_S = 3 * limits.STALLED_AFTER_S

OLDEST_AGES = """
SELECT i.symbol, EXTRACT(EPOCH FROM clock_timestamp() - min(c.accepted_at))
  FROM market_inboxcommand c
  JOIN market_instrument i ON i.id = c.instrument_id
  JOIN market_book b ON b.instrument_id = c.instrument_id AND b.status = 'RUNNING' AND b.engine_version <= %s
 GROUP BY i.symbol
"""


def end_process(cause: str) -> None:
    """End this process now; whatever thread hangs is not waited for."""
    metrics.STALLS.inc()
    logger.critical("worker_stalled", cause=cause)
    os._exit(EXIT_STATUS)


class Watchdog(threading.Thread):
    """A thread that asks every second whether this worker gets on with what waits for it."""

    def __init__(
        self,
        progress: Progress,
        *,
        shard_numbers: Sequence[int],
        queues: Sequence[str],
        pulse: Path | None,
        end: Callable[[str], None] = end_process,
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._progress = progress
        self._shards = frozenset(shard_numbers)
        self._queues = tuple(queues)
        self._pulse = pulse
        self._end = end
        self._unread_since: float | None = None
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end; the process is leaving and may take its time."""
        self._stopping.set()

    def run(self) -> None:
        """Look until stopped."""
        while not self._stopping.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        """Show the pulse, or end the process when something waits and nothing moves."""
        try:
            cause = self._stall()
        except Error:
            cause = ""  # without a database nobody gets on, and ending this process would not help
        finally:
            close_old_connections()
        if cause:
            self._end(cause)
        elif self._pulse is not None:
            self._pulse.touch()

    def _stall(self) -> str:
        silent_s = self._progress.silent_s(CONSUMED, BATCHED)
        if self._unread_s() > limits.STALLED_AFTER_S and silent_s > limits.STALLED_AFTER_S:
            return f"wake-ups wait and none was taken for {silent_s:.0f} s"
        if self._progress.silent_s(SWEPT, BATCHED) > SWEEPER_SILENT_S:
            return f"the sweeper has not looked for {SWEEPER_SILENT_S} s"
        if silent_s > limits.STALLED_AFTER_S and self._oldest_s() > limits.STALLED_AFTER_S:
            return f"a command waits and no batch was begun for {silent_s:.0f} s"
        return ""

    def _unread_s(self) -> float:
        """For how long wake-ups have waited in this worker's queues without a break."""
        now = time.monotonic()
        if not any(wake.length_of(queue) for queue in self._queues):
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        return 0.0 if self._unread_since is None else now - self._unread_since

    def _oldest_s(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute(OLDEST_AGES, [matching.ENGINE_VERSION])
            ages = [float(age_s) for symbol, age_s in cursor.fetchall() if shards.shard_of(symbol) in self._shards]
        return max(ages, default=0.0)
