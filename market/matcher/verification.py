"""Verifying a book's journal from its first command: the same events, byte for byte, and an unbroken chain."""

from typing import NamedTuple

from django.db import transaction

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
    """Replay a book's whole journal and compare every event, every batch's digest and every snapshot."""
    with transaction.atomic():
        row = Book.objects.get(pk=instrument.pk)
        hot = restoring.genesis(row)
        snapshots = {
            snapshot.command_seq: bytes(snapshot.state_digest)
            for snapshot in BookSnapshot.objects.filter(instrument_id=row.pk, command_seq__lte=row.command_seq)
        }
        compared = 0
        fault = ""
        for batch in journal.batches_after(instrument_id=row.pk, command_seq=0, upto=row.command_seq):
            fault = _verify_batch(hot, batch)
            recorded = snapshots.get(batch.last_command_seq)
            if not fault and recorded is not None:
                compared += 1
                if matching.digest(hot.book) != recorded:
                    fault = f"the snapshot at command {batch.last_command_seq} is not the book of that moment"
            if fault:
                break
        fault = fault or _compare_with_row(hot, row)
        if not fault and compared != len(snapshots):
            fault = f"{len(snapshots) - compared} snapshots stand at no batch's end"
    return Verdict(instrument.symbol, hot.book.command_seq, hot.book.event_seq, compared, hot.digest, fault)


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
    hot.digest = matching.chain(hot.digest, commands, events)
    if hot.digest != batch.digest:
        return f"the digest of batch {batch.book_version} is not the one recorded"
    return ""


def _compare_with_row(hot: restoring.HotBook, row: Book) -> str:
    found = (hot.book.command_seq, hot.book.event_seq, hot.book.trade_seq, hot.book.phase, hot.digest)
    recorded = (row.command_seq, row.event_seq, row.trade_seq, row.phase, bytes(row.digest))
    return "" if found == recorded else f"the journal leads to {found[:4]}, the book's row says {recorded[:4]}"
