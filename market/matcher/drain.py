"""Draining a book: batch after batch until nothing waits, and what is done when one does not end well."""

import threading
import time

import structlog
from django.db import DatabaseError, OperationalError, transaction

import matching
from market import feed, metrics, wake
from market.failpoints import failpoint
from market.matcher import batch as batches
from market.matcher import lease, restoring, stopping, taking
from market.matcher.batch import WORKER, Batch, BookMoved, CoreFailed, Plan
from market.matcher.book_row import BookBusy
from market.matcher.hot_books import HotBooks
from market.matcher.pace import Pace
from market.matcher.poison import attempts
from market.matcher.poison.attempts import Attempt
from market.matcher.poison.trial import Trial
from market.matcher.progress import Progress
from market.matcher.residence import Residence
from market.matcher.restoring import BrokenJournal, HotBook
from market.matcher.stuck import StuckTimer
from market.models import Book, Instrument
from vocabulary import limits

logger = structlog.get_logger(__name__)

CATCH_UP_ATTEMPTS = 3
BATCHED, CONSUMED, SWEPT = "batched", "consumed", "swept"
"""The kinds of progress: a batch was begun or ended, a wake-up was taken, the sweeper looked."""


class Matcher:
    """The matching of one process: its hot books, and one drain at a time."""

    def __init__(
        self, *, trial: Trial | None = None, stuck_after_s: float | None = None, hot_books: HotBooks | None = None
    ) -> None:
        self.progress = Progress()
        self._hot = HotBooks() if hot_books is None else hot_books
        self._instruments: dict[str, Instrument] = {}
        self._one_at_a_time = threading.Lock()
        self._leaving = threading.Event()
        self._pace = Pace()
        self._trial = trial or Trial(meanwhile=lambda: self.progress.mark(BATCHED))
        self._timer = StuckTimer(stuck_after_s)

    def drain(self, symbol: str, *, ask_lease: bool = True, wait_s: float = -1) -> int:
        """Sequence everything that waits for a book; returns how many commands that were.

        With ``ask_lease`` it leaves at once when another worker holds the book's lease; without, only the row decides.
        It waits for ``wait_s`` at most, or for as long as it takes, for another drain of this process to end. Raises
        OperationalError when the database is away: nothing is lost, the next drain starts where this one did.
        """
        instrument = self._listed(symbol)
        if instrument is None or not self._one_at_a_time.acquire(timeout=wait_s):
            return 0
        try:
            if not ask_lease:
                return self._drain(instrument, lease.Lease(None))
            with lease.hold(symbol) as held:
                return 0 if held is None else self._drain(instrument, held)
        finally:
            self._one_at_a_time.release()

    def serve(self, symbol: str) -> int:
        """Drain a book and stay with it while commands keep coming; raises as ``drain`` does.

        It leaves when none has come for a moment, when it is another book's turn, or when the process is to end.
        """
        instrument = self._listed(symbol)
        if instrument is None:
            return 0
        with self._one_at_a_time, lease.hold(symbol) as held:
            if held is None:
                return 0
            return self._stay(instrument, Residence(symbol, held=held, leaving=self._leaving))

    def leave(self) -> None:
        """Let the drain at hand end with its batch; what waits is for other workers."""
        self._leaving.set()

    def snapshot_if_idle(self, instrument_id: int) -> bool:
        """Write a snapshot of a hot book whose row has not moved since; whether one was written."""
        if not self._one_at_a_time.acquire(blocking=False):
            return False
        try:
            hot = self._hot.get(instrument_id)
            return hot is not None and _write_snapshot_of_idle(hot)
        finally:
            self._one_at_a_time.release()

    def _listed(self, symbol: str) -> Instrument | None:
        """The instrument, remembered: once listed, its symbol and its units never change. Its limits may."""
        if symbol not in self._instruments:
            instrument = Instrument.objects.filter(symbol=symbol).first()
            if instrument is None:
                return None
            self._instruments[symbol] = instrument
        return self._instruments[symbol]

    def _drain(self, instrument: Instrument, held: lease.Lease) -> int:
        failpoint("drain.after_lease")
        wake.clear(instrument.symbol)
        failpoint("drain.after_clear")
        sequenced = 0
        while count := self._next_batch(instrument):
            sequenced += count
            failpoint("drain.before_recheck")
            if self._leaving.is_set():
                wake.wake(instrument.symbol)
                break
            held.prolong()
        return sequenced

    def _stay(self, instrument: Instrument, residence: Residence) -> int:
        sequenced, something_may_wait, idle_since = 0, False, time.monotonic()
        try:
            while True:
                count = self._next_batch(instrument)
                sequenced += count
                if count:
                    idle_since = time.monotonic()
                    something_may_wait = not residence.goes_on()
                if something_may_wait or (not count and not residence.waits_for_more(idle_since=idle_since)):
                    break
        finally:
            residence.leave(something_may_wait=something_may_wait)
        return sequenced

    def _next_batch(self, instrument: Instrument) -> int:
        """How many commands the next batch sequenced; none when nothing waits that this process could match now.

        A core that fails is asked again, for ever less at once, until the command that it fails on is found.
        """
        failures = 0
        while True:
            self.progress.mark(BATCHED)
            attempt = attempts.begin(instrument.pk, worker=WORKER)
            if attempt is None:
                return 0
            try:
                return self._attempt(instrument, attempt)
            except BookBusy:
                attempts.forgive(instrument.pk, attempt)
                logger.debug("book_busy", symbol=instrument.symbol)
                return 0
            except CoreFailed as error:
                self._hot.drop(instrument.pk)
                metrics.CORE_FAILURES.inc()
                logger.error("core_failed", symbol=instrument.symbol, attempt=attempt.number, exc_info=error)
                failures += 1
                if failures >= limits.ATTEMPTS_IN_VAIN_MAX:
                    return self._stop(instrument, cause=error)
            except (BrokenJournal, matching.TornBook, AssertionError, ValueError) as error:
                return self._stop(instrument, cause=error)
            except DatabaseError as error:
                self._hot.drop(instrument.pk)
                if isinstance(error, OperationalError):
                    # The database was away or cut the batch off: the same batch may well succeed later.
                    raise
                return self._stop(instrument, cause=error)

    def _attempt(self, instrument: Instrument, attempt: Attempt) -> int:
        for number in range(CATCH_UP_ATTEMPTS):
            # The book in memory is nearly always the newest: only its row, once locked, is asked whether it is.
            hot = self._hot.get(instrument.pk) if number == 0 else None
            hot = hot or self._caught_up(instrument.pk)
            plan = self._plan(instrument.pk, hot, attempt=attempt)
            try:
                return self._run(instrument, hot, plan=plan, attempt=attempt)
            except BookMoved:
                continue
        raise BookBusy

    def _caught_up(self, instrument_id: int) -> HotBook:
        hot = self._hot.drop(instrument_id)
        hot = restoring.restore(instrument_id) if hot is None else restoring.catch_up(hot)
        self._hot.keep(hot)
        return hot

    def _plan(self, instrument_id: int, hot: HotBook, *, attempt: Attempt) -> Plan:
        count = self._pace.count_for(instrument_id, attempt=attempt.number)
        if attempt.number <= limits.ATTEMPTS_BEFORE_TRIAL:
            return Plan(count)
        waiting = taking.look(instrument_id, count=count, last_time_ns=0)
        if waiting is None:
            return Plan(count)
        verdict = self._trial.of(hot.book, waiting.commands)
        if not verdict.cause:
            return Plan(count)
        if verdict.survived == 0:
            return Plan(1, poison=verdict.cause)
        return Plan(verdict.survived, suspect_next=True)

    def _run(self, instrument: Instrument, hot: HotBook, *, plan: Plan, attempt: Attempt) -> int:
        started = time.perf_counter()
        batch = batches.run(instrument, hot, plan=plan, timer=self._timer)
        if batch is None:
            return 0
        seconds = time.perf_counter() - started
        self._pace.note(instrument.pk, count=len(batch.commands), allowed=plan.commands_max, seconds=seconds)
        self._hot.keep(hot)
        failpoint("drain.after_keep")
        self.progress.mark(BATCHED)
        if batch.changed_engine:
            attempts.forgive(instrument.pk, attempt)
        _count(batch, seconds=seconds)
        _publish(instrument, batch)
        failpoint("drain.after_publish")
        return len(batch.commands)

    def _stop(self, instrument: Instrument, *, cause: Exception) -> int:
        self._hot.drop(instrument.pk)
        stopping.stop_book(instrument, cause=cause)
        return 0


def _write_snapshot_of_idle(hot: HotBook) -> bool:
    with transaction.atomic():
        row = Book.objects.select_for_update(no_key=True, nowait=True).get(pk=hot.instrument_id)
        if row.book_version != hot.book_version or row.snapshot_command_seq == row.command_seq:
            return False
        failpoint("idle_snapshot.after_lock")
        batches.write_snapshot(hot.book, instrument_id=hot.instrument_id, chained_digest=hot.digest)
        row.snapshot_command_seq = row.command_seq
        row.save(update_fields=["snapshot_command_seq"])
        failpoint("idle_snapshot.before_commit")
    return True


def _count(batch: Batch, *, seconds: float) -> None:
    metrics.BATCHES.inc()
    metrics.BATCH_SECONDS.observe(seconds)
    metrics.COMMANDS_SEQUENCED.inc(len(batch.commands))
    metrics.TRADES.inc(batch.trade_count)


def _publish(instrument: Instrument, batch: Batch) -> None:
    feed.publish(
        feed.frame_of(
            symbol=instrument.symbol,
            instrument_id=instrument.pk,
            epoch=batch.epoch,
            commands=batch.commands,
            events=batch.events,
        )
    )
