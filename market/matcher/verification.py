"""Verifying a book's journal from its first command: the same events, byte for byte, and an unbroken chain."""

from typing import NamedTuple

from django.db import connection, transaction

import matching
from market import journal
from market.matcher import restoring
from market.models import Book, BookSnapshot, Instrument


class Verdict(NamedTuple):
    """What verifying a book's journal found; ``fault`` is empty when everything is as recorded."""

    symbol: str
    commands: int
    events: int
    snapshots: int
    digest: bytes
    fault: str


def verify(instrument: Instrument) -> Verdict:
    """Replay a book's whole journal and compare every event, every batch's digest and every snapshot.

    It sees the book at one moment however long it takes, so that trading may go on. Call it outside a transaction.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = Book.objects.get(pk=instrument.pk)
        hot = restoring.genesis(row)
        snapshots = {snapshot.command_seq: snapshot for snapshot in BookSnapshot.objects.filter(instrument_id=row.pk)}
        compared, fault = _verify_batches(hot, row, snapshots=snapshots)
        fault = fault or _compare_with_row(hot, row)
        if not fault and journal.times_disagree(instrument_id=row.pk, upto=row.command_seq):
            fault = "an event shows another time than its command"
        if not fault and compared != len(snapshots):
            fault = f"{len(snapshots) - compared} snapshots stand at no batch's end"
    return Verdict(instrument.symbol, hot.book.command_seq, hot.book.event_seq, compared, hot.digest, fault)


def _verify_batches(hot: restoring.HotBook, row: Book, *, snapshots: dict[int, BookSnapshot]) -> tuple[int, str]:
    """Replay batch by batch up to the first fault; how many snapshots were compared, and the fault."""
    compared = 0
    for batch in journal.batches_after(instrument_id=row.pk, command_seq=0, upto=row.command_seq):
        try:
            fault = _verify_batch(hot, batch)
        except ValueError as error:
            fault = str(error)
        snapshot = snapshots.get(batch.last_command_seq)
        if not fault and snapshot is not None:
            compared += 1
            fault = _compare_with_snapshot(hot, snapshot)
        if fault:
            return compared, fault
    return compared, ""


def _compare_with_snapshot(hot: restoring.HotBook, snapshot: BookSnapshot) -> str:
    found = (matching.snapshot(hot.book), matching.digest(hot.book), hot.digest)
    recorded = (bytes(snapshot.state), bytes(snapshot.state_digest), bytes(snapshot.chained_digest))
    return "" if found == recorded else f"the snapshot at command {snapshot.command_seq} is not the book of that moment"


def _verify_batch(hot: restoring.HotBook, batch: journal.BatchRange) -> str:
    commands = journal.commands_after(
        instrument_id=hot.instrument_id, command_seq=hot.book.command_seq, upto=batch.last_command_seq
    )
    if batch.first_command_seq != hot.book.command_seq + 1:
        return f"batch {batch.book_version} begins at command {batch.first_command_seq}, not after the one before it"
    if len(commands) != batch.last_command_seq - batch.first_command_seq + 1:
        return f"batch {batch.book_version} lacks commands"
    events = matching.apply(hot.book, commands)
    recorded = journal.events_of(
        instrument_id=hot.instrument_id, first_event_seq=batch.first_event_seq, last_event_seq=batch.last_event_seq
    )
    if events.tobytes() != recorded.tobytes():
        return f"the events of batch {batch.book_version} are not those that its commands give"
    hot.book_version += 1
    if batch.book_version != hot.book_version:
        return f"batch {batch.book_version} stands where batch {hot.book_version} belongs"
    hot.digest = matching.chain(hot.digest, commands, events)
    if hot.digest != batch.digest:
        return f"the digest of batch {batch.book_version} is not the one recorded"
    return ""


def _compare_with_row(hot: restoring.HotBook, row: Book) -> str:
    book = hot.book
    found = (hot.book_version, book.command_seq, book.event_seq, book.trade_seq, book.phase, hot.digest)
    recorded = (row.book_version, row.command_seq, row.event_seq, row.trade_seq, row.phase, bytes(row.digest))
    return "" if found == recorded else f"the journal leads to {found[:5]}, the book's row says {recorded[:5]}"
