"""Draining a book: take what waits, apply it, settle it, commit, and only then keep the new book.

There is no in-progress state. A crash before the commit leaves the inbox as it was; after it the rows are gone.
"""

import os
import socket
import threading
import time
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from numpy.typing import NDArray
from psycopg import errors as postgres_errors

import matching
from market import feed, journal, metrics, wake, writers
from market.command_terms import CommandTerms
from market.matcher import lease, phases, restoring, settlement, stopping
from market.matcher.restoring import BrokenJournal, HotBook
from market.models import Book, BookSnapshot, FeeSchedule, Instrument
from market.models.book import BookStatus
from vocabulary import limits
from vocabulary.fees import FREE, FeeRates
from vocabulary.orders import Side

logger = structlog.get_logger(__name__)

WORKER = f"{socket.gethostname()}:{os.getpid()}"[:64]
CATCH_UP_ATTEMPTS = 3


class BookBusy(Exception):
    """Another worker holds the book's row."""


class BookMoved(Exception):
    """The book's row has moved on from the book in memory."""


class _Waiting(NamedTuple):
    """What was taken from the inbox, as the core's commands; ``reasons`` by the place of a command that has one."""

    commands: matching.Records
    inbox_ids: NDArray[np.int64]
    reasons: dict[int, str]


TAKE = """
DELETE FROM market_inboxcommand
 WHERE id = ANY(ARRAY(SELECT id FROM market_inboxcommand WHERE instrument_id = %s ORDER BY id LIMIT %s))
RETURNING id, kind, side, ord_type, time_in_force, order_id, account_id, price_ticks, order_qty_lots, terms, reason
"""
assert CommandTerms._fields == matching.TERMS.names, "intake and the core name the terms in one order"


class Matcher:
    """The matching of one process: its hot books, and one drain at a time."""

    def __init__(self) -> None:
        self._hot: dict[int, HotBook] = {}
        self._instruments: dict[str, Instrument] = {}
        self._fees: dict[int, FeeRates] = {}
        self._one_at_a_time = threading.Lock()

    def drain(self, symbol: str, *, ask_lease: bool = True) -> int:
        """Sequence everything that waits for a book; returns how many commands that were.

        With ``ask_lease`` it leaves at once when another worker holds the book's lease; without, only the row decides.
        Raises OperationalError when the database is away: nothing is lost, the next drain starts where this one did.
        """
        instrument = self._listed(symbol)
        if instrument is None:
            return 0
        with self._one_at_a_time:
            if not ask_lease:
                return self._drain(instrument, lease.Lease(None))
            with lease.hold(symbol) as held:
                return 0 if held is None else self._drain(instrument, held)

    def snapshot_if_idle(self, instrument_id: int) -> bool:
        """Write a snapshot of a hot book whose row has not moved since; whether one was written."""
        with self._one_at_a_time:
            hot = self._hot.get(instrument_id)
            if hot is None:
                return False
            with transaction.atomic():
                row = Book.objects.select_for_update(no_key=True, nowait=True).get(pk=instrument_id)
                if row.book_version != hot.book_version or row.snapshot_command_seq == row.command_seq:
                    return False
                _write_snapshot(hot.book, instrument_id=instrument_id, chained_digest=hot.digest)
                row.snapshot_command_seq = row.command_seq
                row.save(update_fields=["snapshot_command_seq"])
            return True

    def _listed(self, symbol: str) -> Instrument | None:
        """The instrument, remembered: once listed, its symbol and its units never change."""
        if symbol not in self._instruments:
            instrument = Instrument.objects.filter(symbol=symbol).first()
            if instrument is None:
                return None
            self._instruments[symbol] = instrument
        return self._instruments[symbol]

    def _fees_of(self, row: Book) -> FeeRates:
        """The fees in force, remembered: a schedule never changes."""
        if row.fee_schedule_id is None:
            return FREE
        if row.fee_schedule_id not in self._fees:
            self._fees[row.fee_schedule_id] = FeeSchedule.objects.get(pk=row.fee_schedule_id).rates
        return self._fees[row.fee_schedule_id]

    def _drain(self, instrument: Instrument, held: lease.Lease) -> int:
        wake.clear(instrument.symbol)
        sequenced = 0
        try:
            while count := self._batch(instrument):
                sequenced += count
                if not _something_waits(instrument.pk):
                    break
                held.prolong()
        except BookBusy:
            logger.debug("book_busy", symbol=instrument.symbol)
        except (BrokenJournal, matching.TornBook, AssertionError, ValueError) as error:
            self._stop(instrument, cause=error)
        except DatabaseError as error:
            self._hot.pop(instrument.pk, None)
            if isinstance(error, OperationalError):
                raise
            self._stop(instrument, cause=error)
        return sequenced

    def _batch(self, instrument: Instrument) -> int:
        for attempt in range(CATCH_UP_ATTEMPTS):
            # The book in memory is nearly always the newest: only its row, once locked, is asked whether it is.
            hot = self._hot.get(instrument.pk) if attempt == 0 else None
            hot = hot or self._caught_up(instrument.pk)
            try:
                return self._apply_batch(instrument, hot)
            except BookMoved:
                continue
        raise BookBusy

    def _caught_up(self, instrument_id: int) -> HotBook:
        hot = self._hot.pop(instrument_id, None)
        hot = restoring.restore(instrument_id) if hot is None else restoring.catch_up(hot)
        self._hot[instrument_id] = hot
        return hot

    def _apply_batch(self, instrument: Instrument, hot: HotBook) -> int:
        started = time.perf_counter()
        batch = None
        # From here until the commit the book in memory is not to be trusted: it is kept again only at the end.
        with transaction.atomic(durable=True):
            row = _lock_row(instrument.pk)
            if row.status == BookStatus.STOPPED:
                return 0
            if row.book_version != hot.book_version or row.epoch != hot.epoch:
                raise BookMoved
            waiting = _take(instrument.pk, last_time_ns=row.last_time_ns)
            if waiting is None:
                return 0
            del self._hot[instrument.pk]
            batch = _settle(instrument, row=row, hot=hot, waiting=waiting, fees=self._fees_of(row))
        hot.book_version, hot.digest = row.book_version + 1, batch.digest
        self._hot[instrument.pk] = hot
        _count(batch, seconds=time.perf_counter() - started)
        feed.publish(
            feed.frame_of(
                symbol=instrument.symbol,
                instrument_id=instrument.pk,
                epoch=row.epoch,
                commands=batch.commands,
                events=batch.events,
            )
        )
        return len(batch.commands)

    def _stop(self, instrument: Instrument, *, cause: Exception) -> None:
        self._hot.pop(instrument.pk, None)
        stopping.stop_book(instrument, cause=cause)


class _Batch(NamedTuple):
    commands: matching.Records
    events: matching.Records
    digest: bytes
    trade_count: int


def _lock_row(instrument_id: int) -> Book:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true),"
            " set_config('idle_in_transaction_session_timeout', %s, true), set_config(%s, %s, true)",
            [*[str(limits.DRAIN_STATEMENT_TIMEOUT_MS)] * 2, writers.SETTING, writers.Writer.MATCHER.value],
        )
    try:
        return Book.objects.select_for_update(no_key=True, nowait=True).get(pk=instrument_id)
    except OperationalError as error:
        if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
            raise BookBusy from error
        raise


def _something_waits(instrument_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM market_inboxcommand WHERE instrument_id = %s)", [instrument_id])
        return bool(cursor.fetchone()[0])


def _take(instrument_id: int, *, last_time_ns: int) -> _Waiting | None:
    """The oldest waiting commands, stamped with a time that never runs backwards within the book."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [instrument_id, limits.MATCH_BATCH_MAX])
        rows = sorted(cursor.fetchall())
    if not rows:
        return None
    columns = np.array([row[:-2] for row in rows], dtype=np.int64)
    commands = np.zeros(len(rows), dtype=matching.COMMAND)
    names = ("kind", "side", "ord_type", "time_in_force", "order_id", "account_id", "price_ticks", "order_qty_lots")
    for place, name in enumerate(names, start=1):
        commands[name] = columns[:, place]
    for place, row in enumerate(rows):
        if row[-2] is not None:
            for name, term in zip(CommandTerms._fields, row[-2], strict=True):
                commands[name][place] = term
    first_ns = max(last_time_ns + 1, time.time_ns())
    commands["transact_time_ns"] = np.arange(first_ns, first_ns + len(rows))
    reasons = {place: row[-1] for place, row in enumerate(rows) if row[-1]}
    return _Waiting(commands, columns[:, 0], reasons)


def _settle(instrument: Instrument, *, row: Book, hot: HotBook, waiting: _Waiting, fees: FeeRates) -> _Batch:
    commands, book = waiting.commands, hot.book
    events = matching.apply(book, commands)
    digest = matching.chain(hot.digest, commands, events)
    journal.append(instrument_id=instrument.pk, commands=commands, events=events, inbox_ids=waiting.inbox_ids)
    settled = settlement.settle(
        instrument_id=instrument.pk,
        units=instrument.units,
        high_limit_ticks=instrument.high_limit_ticks,
        commands=commands,
        events=events,
        fees=fees,
    )
    state = _state_of(book)
    state |= phases.settle(instrument_id=instrument.pk, events=events, commands=commands, reasons=waiting.reasons)
    if settled.last_px_ticks is not None:
        state["last_px_ticks"] = settled.last_px_ticks
    if book.command_seq - row.snapshot_command_seq >= limits.SNAPSHOT_EVERY_COMMANDS:
        _write_snapshot(book, instrument_id=instrument.pk, chained_digest=digest)
        state["snapshot_command_seq"] = book.command_seq
    moved = journal.advance_book(
        instrument_id=instrument.pk,
        book_version=row.book_version,
        batch_uuid=uuid4(),
        worker=WORKER,
        digest=digest,
        commands=commands,
        events=events,
        inbox_ids=waiting.inbox_ids,
        state=state,
    )
    if not moved:
        raise BookMoved
    return _Batch(commands, events, digest, settled.trade_count)


def _state_of(book: matching.Book) -> dict[str, object]:
    """The book's top, phase and counters for its row."""
    bid, offer = (next(iter(book.depth(side, levels=1)), None) for side in (Side.BUY, Side.SELL))
    return {
        "trade_seq": book.trade_seq,
        "bid_ticks": bid.price_ticks if bid else None,
        "bid_lots": bid.qty_lots if bid else 0,
        "offer_ticks": offer.price_ticks if offer else None,
        "offer_lots": offer.qty_lots if offer else 0,
        "phase": book.phase.value,
        "reference_ticks": None if book.reference_ticks == matching.NO_PRICE else book.reference_ticks,
        "resumes_plainly": book.resumes_plainly,
        **_indicative_of(book),
    }


def _indicative_of(book: matching.Book) -> dict[str, object]:
    """What an auction would give now, in a phase that collects orders for one."""
    found = book.indicative() if book.phase.collects else matching.Indicative(matching.NO_PRICE, 0, 0)
    return {
        "indicative_px_ticks": None if found.price_ticks == matching.NO_PRICE else found.price_ticks,
        "indicative_qty_lots": found.qty_lots,
        "imbalance_lots": found.imbalance_lots,
    }


def _write_snapshot(book: matching.Book, *, instrument_id: int, chained_digest: bytes) -> None:
    BookSnapshot.objects.create(
        instrument_id=instrument_id,
        command_seq=book.command_seq,
        state=matching.snapshot(book),
        state_digest=matching.digest(book),
        chained_digest=chained_digest,
    )


def _count(batch: _Batch, *, seconds: float) -> None:
    metrics.BATCHES.inc()
    metrics.BATCH_SECONDS.observe(seconds)
    metrics.COMMANDS_SEQUENCED.inc(len(batch.commands))
    metrics.TRADES.inc(batch.trade_count)
