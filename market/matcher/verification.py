"""Verifying a book's journal: replayed, it gives the same events, byte for byte, and its chain is unbroken.

Nothing here grows with the journal: it is read in pieces, and no transaction outlasts one.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction

import matching
from market import binary_copy, journal, journal_places
from market.journal import BatchRange, BrokenJournal, Piece
from market.journal_places import JournalStart
from market.matcher import restoring, traded
from market.matcher.restoring import HotBook
from market.models import Book, BookSnapshot, FeeSchedule, Instrument
from vocabulary.commands import EventKind
from vocabulary.fees import FREE

Progress = Callable[[int, int], None]
"""Told how many commands are verified, and how many there are."""

FAULTS = (BrokenJournal, ValueError, AssertionError, matching.TornBook)


class Verdict(NamedTuple):
    """What verifying a book's journal found; ``fault`` is empty when everything is as recorded.

    ``first_command_seq`` is where the journal begins: 1, or behind what was exported and deleted.
    """

    symbol: str
    first_command_seq: int
    commands: int
    events: int
    snapshots: int
    digest: bytes
    fault: str


class _Recorded(NamedTuple):
    """What a book's row, its snapshots and the ends of its journal say at one moment."""

    row: Book
    start: JournalStart
    snapshots: list[int]
    newest: tuple[int, int]


class Written(NamedTuple):
    """What a piece of a journal holds beside its commands; ``trades`` are the columns that settlement writes."""

    first: BatchRange
    events: matching.Records
    times_ns: traded.Integers
    inbox_ids: traded.Integers
    trades: binary_copy.Columns

    def events_of(self, batch: BatchRange) -> slice:
        """Which of the events are a batch's."""
        first = self.first.first_event_seq
        return slice(max(0, batch.first_event_seq - first), max(0, batch.last_event_seq + 1 - first))

    def inbox_ids_of(self, batch: BatchRange) -> traded.Integers:
        """Where a batch's commands stood in the inbox."""
        first = self.first.first_command_seq
        return self.inbox_ids[batch.first_command_seq - first : batch.last_command_seq + 1 - first]


def verify(instrument: Instrument, *, on_progress: Progress | None = None) -> Verdict:
    """Replay a book's journal from where it begins and compare every event, trade, digest, seal and snapshot.

    It takes the book as it is when it begins; trading may go on meanwhile. Call it outside a transaction.
    """
    while True:
        recorded = _recorded(instrument.pk)
        verdict = _verify(instrument, recorded, on_progress=on_progress)
        # What seemed missing may just have gone into an export: then the journal begins elsewhere by now.
        if not verdict.fault or journal_places.start_of(instrument.pk) == recorded.start:
            return verdict


def check_piece(hot: HotBook, piece: Piece, *, snapshots: list[int]) -> int:
    """Move a book on by a piece of its journal and compare everything recorded of it; the snapshots that agreed.

    ``snapshots`` are the numbers of the commands at which there is one. Raises one of FAULTS for what does not agree.
    """
    written = written_of(hot.instrument_id, piece)
    compared = check_written(hot, piece, written, snapshots=snapshots)
    _check_fees(written, instrument_id=hot.instrument_id)
    return compared


def check_written(hot: HotBook, piece: Piece, written: Written, *, snapshots: list[int]) -> int:
    """``check_piece`` for what was written anywhere, in the tables or in an export, but for the fees.

    Which fees were in force is not part of a journal.
    """
    compared = 0
    for batch in piece.batches:
        _check_batch(hot, batch, commands=piece.commands_of(batch), written=written)
        if batch.last_command_seq in snapshots:
            compared += _check_snapshot(hot)
    _check_trades(written, instrument_id=hot.instrument_id)
    return compared


TRADES = """
SELECT {columns} FROM market_trade WHERE instrument_id = %s AND trade_seq BETWEEN %s AND %s ORDER BY trade_seq
"""


def written_of(instrument_id: int, piece: Piece) -> Written:
    """What the tables hold of a piece beside its commands."""
    first, last = piece.batches[0], piece.batches[-1]
    of_events = {
        "instrument_id": instrument_id,
        "first_event_seq": first.first_event_seq,
        "last_event_seq": last.last_event_seq,
    }
    events = journal.events_of(**of_events)
    inbox_ids = journal.inbox_ids_after(
        instrument_id=instrument_id, command_seq=first.first_command_seq - 1, upto=last.last_command_seq
    )
    numbers = events["trade_seq"][events["kind"] == EventKind.TRADE]
    between = [int(numbers.min()), int(numbers.max())] if len(numbers) else [1, 0]
    columns = (*traded.TRADE_COLUMNS, *traded.FEE_COLUMNS)
    trades = binary_copy.read(TRADES.format(columns=", ".join(columns)), columns, [instrument_id, *between])
    return Written(first, events, journal.times_of(**of_events), inbox_ids, trades)


def _recorded(instrument_id: int) -> _Recorded:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = Book.objects.get(pk=instrument_id)
        start = journal_places.start_of(instrument_id)
        return _Recorded(row, start, snapshots_after(start.command_seq, row=row), journal_places.newest(instrument_id))


def snapshots_after(command_seq: int, *, row: Book) -> list[int]:
    """The commands after one at which a book has a snapshot, in order."""
    found = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq__gt=command_seq)
    return sorted(found.values_list("command_seq", flat=True))


def _verify(instrument: Instrument, recorded: _Recorded, *, on_progress: Progress | None) -> Verdict:
    row, start = recorded.row, recorded.start
    compared, hot, fault = 0, None, ""
    try:
        hot = restoring.begin(row)
        for piece in journal.pieces_after(instrument_id=row.pk, command_seq=start.command_seq, upto=row.command_seq):
            compared += check_piece(hot, piece, snapshots=recorded.snapshots)
            if on_progress is not None:
                on_progress(hot.book.command_seq - start.command_seq, row.command_seq - start.command_seq)
        check_row(hot, row)
        _check_ends(recorded, compared=compared)
    except FAULTS as error:
        fault = str(error) or type(error).__name__
    reached = (hot.book.command_seq, hot.book.event_seq, hot.digest) if hot else (0, 0, b"")
    return Verdict(instrument.symbol, start.command_seq + 1, reached[0], reached[1], compared, reached[2], fault)


def _check_batch(hot: HotBook, batch: BatchRange, *, commands: matching.Records, written: Written) -> None:
    events = matching.apply(hot.book, commands)
    of_batch = written.events_of(batch)
    if events.tobytes() != written.events[of_batch].tobytes():
        raise BrokenJournal(f"the events of batch {batch.book_version} are not those that its commands give")
    times_ns = commands["transact_time_ns"][events["command_seq"] - batch.first_command_seq]
    if not np.array_equal(times_ns, written.times_ns[of_batch]):
        raise BrokenJournal(f"an event of batch {batch.book_version} shows another time than its command")
    is_known = hot.book_version != restoring.UNKNOWN_VERSION
    hot.book_version = hot.book_version + 1 if is_known else batch.book_version
    if batch.book_version != hot.book_version:
        raise BrokenJournal(f"batch {batch.book_version} stands where batch {hot.book_version} belongs")
    hot.digest = matching.chain(hot.digest, commands, events)
    if hot.digest != batch.digest:
        raise BrokenJournal(f"the digest of batch {batch.book_version} is not the one recorded")
    if batch.seal is not None and batch.seal != journal.seal_of(batch, inbox_ids=written.inbox_ids_of(batch)):
        raise BrokenJournal(f"the seal of batch {batch.book_version} is not the one of its row")


def _check_trades(written: Written, *, instrument_id: int) -> None:
    are_fills = written.events["kind"] == EventKind.TRADE
    times_us = written.times_ns[are_fills] // 1000
    expected = traded.trade_rows(written.events[are_fills], times_us=times_us, instrument_id=instrument_id)
    for name, column in expected.items():
        if not np.array_equal(written.trades[name], column):
            raise BrokenJournal(f"{name} of a trade is not that of its events")


def _check_fees(written: Written, *, instrument_id: int) -> None:
    """Compare the fees of trades with the schedule that was in force. Call it for trades that are those of events."""
    fills = written.events[written.events["kind"] == EventKind.TRADE]
    if len(fills) == 0:
        return
    units = Instrument.objects.get(pk=instrument_id).units
    schedules = list(FeeSchedule.objects.filter(instrument_id=instrument_id).order_by("pk"))
    rates = [FREE, *(schedule.rates for schedule in schedules)]
    ends = [*(schedule.from_trade_seq for schedule in schedules), int(fills["trade_seq"][-1])]
    begin = 0
    for fees, end in zip(rates, ends, strict=True):
        charged = fills[(fills["trade_seq"] > begin) & (fills["trade_seq"] <= end)]
        are_these = (written.trades["trade_seq"] > begin) & (written.trades["trade_seq"] <= end)
        micros = traded.fee_micros_of(charged, fees=fees, units=units)
        for name, column in traded.fee_rows(charged, fee_micros=micros).items():
            if not np.array_equal(written.trades[name][are_these], column):
                raise BrokenJournal(f"{name} of a trade is not what the fees in force make it")
        begin = max(begin, end)


def _check_snapshot(hot: HotBook) -> int:
    """Compare the snapshot at the book's last command; none is compared where it has been deleted meanwhile."""
    seq = hot.book.command_seq
    snapshot = BookSnapshot.objects.filter(instrument_id=hot.instrument_id, command_seq=seq).first()
    if snapshot is None:
        return 0
    found = (matching.snapshot(hot.book), matching.digest(hot.book), hot.digest)
    if found != (bytes(snapshot.state), bytes(snapshot.state_digest), bytes(snapshot.chained_digest)):
        raise BrokenJournal(f"the snapshot at command {seq} is not the book of that moment")
    return 1


def check_row(hot: HotBook, row: Book) -> None:
    """Compare a book with what its row says of it. Raises BrokenJournal."""
    book = hot.book
    found = (hot.book_version, book.command_seq, book.event_seq, book.trade_seq, book.phase, hot.digest)
    recorded = (row.book_version, row.command_seq, row.event_seq, row.trade_seq, row.phase, bytes(row.digest))
    if found != recorded:
        raise BrokenJournal(f"the journal leads to {found[:5]}, the book's row says {recorded[:5]}")


def _check_ends(recorded: _Recorded, *, compared: int) -> None:
    row = recorded.row
    if (
        max(recorded.newest[0], recorded.start.command_seq) != row.command_seq
        or max(recorded.newest[1], recorded.start.event_seq) != row.event_seq
    ):
        raise BrokenJournal("the journal does not end where the book's row does")
    known = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq__in=recorded.snapshots).count()
    if compared < known:
        raise BrokenJournal(f"{known - compared} snapshots stand at no batch's end")
