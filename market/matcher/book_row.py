"""A book's row, locked, and what the matcher takes from its inbox in the same round trip."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import OperationalError
from psycopg import errors as postgres_errors

import matching
from market import writers
from market.matcher import taking
from market.matcher.taking import Rows
from market.models.book import BookStatus
from market.pipelining import Sent, pipelined
from vocabulary import limits
from vocabulary.fees import FREE, FeeRates
from vocabulary.units import plain


class BookBusy(Exception):
    """Another worker holds the book's row."""


class BookRow(NamedTuple):
    """Where a book's row stands, as its holder read it."""

    status: str
    engine_version: int
    book_version: int
    epoch: UUID
    last_time_ns: int
    snapshot_command_seq: int
    high_limit_ticks: int
    fees: FeeRates


LOCK = """
SELECT b.status, b.engine_version, b.book_version, b.epoch, b.last_time_ns, b.snapshot_command_seq,
       i.high_limit_ticks, f.maker_bps, f.taker_bps, f.maker_per_lot, f.taker_per_lot
  FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id
  LEFT JOIN market_feeschedule f ON f.id = b.fee_schedule_id
 WHERE b.instrument_id = %s
   FOR NO KEY UPDATE OF b NOWAIT
"""
PATIENCE = """
SELECT set_config('statement_timeout', %(ms)s, true), set_config('idle_in_transaction_session_timeout', %(ms)s, true),
       set_config('client_connection_check_interval', %(check_ms)s, true), set_config(%(setting)s, %(writer)s, true),
       set_config('transaction_timeout', '0', true), set_config('transaction_timeout', %(whole_ms)s, true),
       set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
"""
"""A worker that stands still in a pipeline or behind one is neither idle nor at a statement to PostgreSQL: only the
time-out of the whole transaction ends it. Set anew it begins anew, but only after a zero.

What a batch concerns is found by an index, row by row: a plan that the server keeps may have been made when there were
few orders, and would go through all of them for each batch."""


def lock_and_take(instrument_id: int, *, count: int, book_version: int, epoch: UUID) -> tuple[BookRow, Rows]:
    """Lock the book's row and take its oldest commands, if the row stands where the caller's book does.

    Call it first in the transaction that is to move the book. Otherwise nothing is taken. Raises BookBusy.
    """
    try:
        with pipelined():
            _send_patience(limits.DRAIN_STATEMENT_TIMEOUT_MS)
            locked = Sent(LOCK, [instrument_id])
            taken = Sent(
                taking.TAKE,
                {
                    "instrument_id": instrument_id,
                    "count": count,
                    "status": BookStatus.RUNNING.value,
                    "engine_version": matching.ENGINE_VERSION,
                    "book_version": book_version,
                    "epoch": epoch,
                },
            )
    except OperationalError as error:
        if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
            raise BookBusy from error
        raise
    return _row(*locked.rows()[0]), taken.rows()


def set_patience(milliseconds: int) -> None:
    """How long a statement, and the time between two, may last before the database ends this transaction."""
    with pipelined():
        _send_patience(milliseconds)


def _send_patience(milliseconds: int) -> None:
    Sent(
        PATIENCE,
        {
            "ms": str(milliseconds),
            "whole_ms": str(milliseconds + limits.TRANSACTION_MORE_MS),
            "check_ms": str(limits.CLIENT_CHECK_MS),
            "setting": writers.SETTING,
            "writer": writers.Writer.MATCHER.value,
        },
    )


def _row(
    status: str,
    engine: int,
    version: int,
    epoch: UUID,
    last_time_ns: int,
    snapshot_seq: int,
    high_limit_ticks: int,
    *rates: Decimal | None,
) -> BookRow:
    named = [plain(rate) for rate in rates if rate is not None]
    fees = FeeRates(*named) if named else FREE
    return BookRow(status, engine, version, epoch, last_time_ns, snapshot_seq, high_limit_ticks, fees)
