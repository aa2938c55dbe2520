"""One batch of a book: its row is locked, commands are taken, applied and settled, and all of it is committed.

There is no in-progress state. A crash before the commit leaves the inbox as it was; after it the rows are gone.
"""

import os
import socket
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog
from django.db import OperationalError, transaction

import matching
from market import journal
from market.failpoints import failpoint
from market.matcher import book_row, phases, settlement, taking, unknown_commit
from market.matcher.book_row import BookBusy, BookRow
from market.matcher.poison import attempts, quarantine
from market.matcher.restoring import HotBook
from market.matcher.stuck import StuckTimer
from market.matcher.taking import Waiting
from market.models import BookSnapshot, Instrument
from market.models.book import BookStatus
from vocabulary import limits
from vocabulary.orders import Side

logger = structlog.get_logger(__name__)

WORKER = f"{socket.gethostname()}:{os.getpid()}"[:64]


class BookMoved(Exception):
    """The book's row has moved on from the book in memory."""


class CoreFailed(Exception):
    """The core failed on one of the commands; the cause is chained."""


class Plan(NamedTuple):
    """What the next batch is to take, and how.

    With ``poison``, the cause, its one command is kept from the book. ``suspect_next`` says that a trial of the command
    after the last one failed, so that its turn does not begin as if nothing were known.
    """

    commands_max: int
    poison: str = ""
    suspect_next: bool = False


class Batch(NamedTuple):
    """A committed batch: what its book was told and what it answered."""

    commands: matching.Records
    events: matching.Records
    digest: bytes
    trade_count: int
    epoch: UUID
    changed_engine: bool


class _Taken(NamedTuple):
    """The commands of a batch: as they were taken, and as the book is told and the journal keeps them."""

    waiting: Waiting
    told: Waiting
    poison: str = ""
    changes_engine: bool = False


def run(instrument: Instrument, hot: HotBook, *, plan: Plan, timer: StuckTimer) -> Batch | None:
    """Commit one batch and move the hot book with it; None when the book does not run or nothing waits.

    On any error the hot book is not to be trusted any more. Raises BookBusy, BookMoved, CoreFailed; OperationalError
    when the batch is not there because the database went away or it took too long.
    """
    batch, taken, batch_uuid = None, None, uuid4()
    try:
        with timer.running(), transaction.atomic(durable=True):
            row, rows = book_row.lock_and_take(
                instrument.pk, count=plan.commands_max, book_version=hot.book_version, epoch=hot.epoch
            )
            failpoint("drain.after_lock")
            if row.status != BookStatus.RUNNING:
                return None
            _check_versions(row, instrument_id=instrument.pk, hot=hot)
            taken = _taken(rows, row=row, plan=plan)
            if taken is None:
                return None
            failpoint("drain.after_take")
            batch = _carry_out(instrument, taken, row=row, hot=hot, batch_uuid=batch_uuid, timer=timer)
            if plan.suspect_next and not taken.changes_engine:
                _suspect_next(instrument.pk)
            failpoint("drain.before_commit")
    except OperationalError:
        if batch is None or not unknown_commit.was_committed(instrument.pk, batch_uuid=batch_uuid):
            raise
    failpoint("drain.after_commit")
    assert taken is not None, "a batch that was committed took something"
    if taken.poison:
        quarantine.raise_alarm(instrument, command_seq=hot.book.command_seq, cause=taken.poison)
    hot.book_version, hot.digest, hot.in_doubt = row.book_version + 1, batch.digest, False
    return batch


def write_snapshot(book: matching.Book, *, instrument_id: int, chained_digest: bytes) -> None:
    """Write a snapshot of a book. Call it in a transaction that holds the book's row."""
    BookSnapshot.objects.create(
        instrument_id=instrument_id,
        command_seq=book.command_seq,
        state=matching.snapshot(book),
        state_digest=matching.digest(book),
        chained_digest=chained_digest,
    )
    failpoint("snapshot.after_write")


def _check_versions(row: BookRow, *, instrument_id: int, hot: HotBook) -> None:
    if row.engine_version > matching.ENGINE_VERSION:
        logger.warning("book_of_a_newer_engine", instrument_id=instrument_id, engine_version=row.engine_version)
        raise BookBusy
    if row.book_version != hot.book_version or row.epoch != hot.epoch:
        raise BookMoved


def _taken(rows: taking.Rows, *, row: BookRow, plan: Plan) -> _Taken | None:
    if row.engine_version < matching.ENGINE_VERSION:
        change = Waiting.for_engine(matching.ENGINE_VERSION, last_time_ns=row.last_time_ns)
        return _Taken(change, change, changes_engine=True)
    waiting = taking.waiting_in(rows, last_time_ns=row.last_time_ns)
    if waiting is None:
        return None
    if plan.poison:
        return _Taken(waiting, quarantine.instead_of(waiting), poison=plan.poison)
    return _Taken(waiting, waiting)


def _carry_out(
    instrument: Instrument, taken: _Taken, *, row: BookRow, hot: HotBook, batch_uuid: UUID, timer: StuckTimer
) -> Batch:
    """Apply the commands and write everything that follows; all that is missing is the commit."""
    commands, book = taken.told.commands, hot.book
    hot.in_doubt = True
    try:
        events = matching.apply(book, commands)
    except Exception as error:
        # Whatever the core raises, and be it for want of memory: its book is worthless, and one command is to blame.
        raise CoreFailed from error
    failpoint("drain.after_apply")
    _allow_for(len(events), timer=timer)
    with journal.appending(
        instrument_id=instrument.pk, commands=commands, events=events, inbox_ids=taken.told.inbox_ids
    ):
        digest = matching.chain(hot.digest, commands, events)
        outcome = settlement.work_out(
            instrument, commands=commands, events=events, fees=row.fees, high_limit_ticks=row.high_limit_ticks
        )
    failpoint("drain.after_journal")
    settled = settlement.settle(outcome)
    failpoint("drain.after_settlement")
    state = _state_of(book)
    state |= phases.settle(instrument_id=instrument.pk, events=events, commands=commands, reasons=taken.told.reasons)
    if settled.last_px_ticks is not None:
        state["last_px_ticks"] = settled.last_px_ticks
    if taken.changes_engine:
        state["engine_version"] = matching.ENGINE_VERSION
    if taken.changes_engine or book.command_seq - row.snapshot_command_seq >= limits.SNAPSHOT_EVERY_COMMANDS:
        write_snapshot(book, instrument_id=instrument.pk, chained_digest=digest)
        state["snapshot_command_seq"] = book.command_seq
    if taken.poison:
        quarantine.record(instrument, kept=taken.waiting, command_seq=book.command_seq, cause=taken.poison)
    moved = journal.advance_book(
        instrument_id=instrument.pk,
        book_version=row.book_version,
        batch_uuid=batch_uuid,
        worker=WORKER,
        digest=digest,
        commands=commands,
        events=events,
        inbox_ids=taken.told.inbox_ids,
        state=state,
    )
    if not moved:
        raise BookMoved
    return Batch(commands, events, digest, settled.trade_count, row.epoch, taken.changes_engine)


def _allow_for(event_count: int, *, timer: StuckTimer) -> None:
    """Let a batch that gives very many events, an uncross or a mass cancel, write them for as long as it takes."""
    more_ms = event_count * limits.MATCH_PATIENCE_US_PER_EVENT // 1000
    if more_ms > limits.DRAIN_STATEMENT_TIMEOUT_MS:
        book_row.set_patience(limits.DRAIN_STATEMENT_TIMEOUT_MS + more_ms)
        timer.allow(more_ms / 1000)


def _suspect_next(instrument_id: int) -> None:
    following = taking.oldest(instrument_id)
    if following is not None:
        attempts.suspect(instrument_id, inbox_id=following, count=limits.ATTEMPTS_BEFORE_TRIAL)


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
