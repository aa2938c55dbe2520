"""The one way to obtain a book: restore its last snapshot and replay the journal after it.

Recovery, catching up after a halt, ``journal verify`` and the book at an earlier moment are all this.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

import matching
from market import journal, journal_places, metrics
from market.errors import InvalidRequest
from market.failpoints import failpoint
from market.journal import BrokenJournal
from market.models import Book, BookSnapshot

__all__ = [
    "UNKNOWN_VERSION",
    "BrokenJournal",
    "HotBook",
    "at_command",
    "at_event",
    "begin",
    "catch_up",
    "genesis",
    "restore",
    "resume",
]

UNKNOWN_VERSION = -1
"""The version of a book whose snapshot does not say which batch it was taken after."""


@dataclass(slots=True)
class HotBook:
    """A book in memory, and where its row stood when the two were equal.

    It is ``in_doubt`` from the moment a batch is applied to it until that batch is committed.
    """

    instrument_id: int
    epoch: UUID
    book_version: int
    digest: bytes
    book: matching.Book
    in_doubt: bool = False


def restore(instrument_id: int) -> HotBook:
    """The book as its row says it is now. Raises BrokenJournal when snapshot, journal and digest disagree."""
    with transaction.atomic():
        row = Book.objects.get(pk=instrument_id)
        hot = resume(row, command_seq=row.command_seq)
        failpoint("restore.after_snapshot")
        _replay_to(hot, row)
        failpoint("restore.after_replay")
    metrics.RESTORES.inc()
    return hot


def catch_up(hot: HotBook) -> HotBook:
    """The same book moved on to where its row is now; restored anew when the row's epoch is another."""
    row = Book.objects.get(pk=hot.instrument_id)
    if row.epoch != hot.epoch or row.book_version < hot.book_version:
        return restore(hot.instrument_id)
    _replay_to(hot, row)
    return hot


def at_command(instrument_id: int, *, command_seq: int) -> matching.Book:
    """The book as it was after a command: the newest snapshot before it, and the journal from there.

    Raises BrokenJournal when snapshot, journal and digest disagree.
    """
    row = Book.objects.get(pk=instrument_id)
    hot = resume(row, command_seq=command_seq)
    last = min(command_seq, row.command_seq)
    batches_end = journal_places.end_of_batches(instrument_id=instrument_id, upto=last)
    _replay(hot, upto=max(batches_end, hot.book.command_seq))
    commands = journal.commands_after(instrument_id=instrument_id, command_seq=hot.book.command_seq, upto=last)
    matching.apply(hot.book, commands)
    return hot.book


def at_event(instrument_id: int, *, event_seq: int) -> matching.Book:
    """The book as it was after the command that an event came from: commands are applied whole or not at all.

    Event 0 is the book before its first command. Raises InvalidRequest, naming the field ``at``, with the code
    ``too_new`` for an event that has not happened, ``expired`` for one that the journal no longer holds; BrokenJournal
    as ``at_command`` does.
    """
    row = Book.objects.get(pk=instrument_id)
    start = journal_places.start_of(instrument_id)
    if event_seq > row.event_seq:
        detail = f"at must be {row.event_seq} at most: event {event_seq} has not happened yet."
        raise InvalidRequest(detail, field="at", code="too_new")
    if event_seq < start.event_seq or event_seq < 0:
        detail = f"at must be {start.event_seq} at least: the journal begins there."
        raise InvalidRequest(detail, field="at", code="expired")
    if event_seq == start.event_seq:
        return begin(row).book
    command_seq = journal_places.command_of_event(instrument_id=instrument_id, event_seq=event_seq)
    if command_seq is None:
        raise BrokenJournal(f"the journal lacks event {event_seq}")
    return at_command(instrument_id, command_seq=command_seq)


def genesis(row: Book) -> HotBook:
    """The book before its first command."""
    book = matching.Book.create(base_ticks=row.base_ticks, levels=row.levels)
    return HotBook(row.pk, row.epoch, 0, matching.GENESIS, book)


def begin(row: Book) -> HotBook:
    """The book where its journal begins: before its first command, or after the last one that went into an export.

    Raises BrokenJournal when the snapshot that an export leaves is not there or is not of that moment.
    """
    start = journal_places.start_of(row.pk)
    if start.command_seq == 0:
        return genesis(row)
    snapshot = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq=start.command_seq).first()
    if snapshot is None:
        raise BrokenJournal(f"the snapshot at command {start.command_seq}, where the journal begins, is missing")
    hot = _restored(row, snapshot)
    if hot.digest != start.digest:
        raise BrokenJournal(f"the snapshot at command {start.command_seq} does not have the digest of the export")
    hot.book_version = start.book_version
    return hot


def resume(row: Book, *, command_seq: int) -> HotBook:
    """The book at its newest snapshot at or before a command, or where its journal begins when there is none.

    Its ``book_version`` is UNKNOWN_VERSION, except where the journal begins.
    """
    found = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq__lte=command_seq).order_by("-command_seq")
    snapshot = found.first()
    return begin(row) if snapshot is None else _restored(row, snapshot)


def _restored(row: Book, snapshot: BookSnapshot) -> HotBook:
    book = matching.restore(bytes(snapshot.state))
    if matching.digest(book) != bytes(snapshot.state_digest):
        raise BrokenJournal(f"the snapshot at command {snapshot.command_seq} does not have its recorded digest")
    return HotBook(row.pk, row.epoch, UNKNOWN_VERSION, bytes(snapshot.chained_digest), book)


def _replay(hot: HotBook, *, upto: int) -> None:
    """Move the book on to the end of the batch that ends at a command, and compare each batch's digest."""
    for piece in journal.pieces_after(instrument_id=hot.instrument_id, command_seq=hot.book.command_seq, upto=upto):
        for batch in piece.batches:
            commands = piece.commands_of(batch)
            events = matching.apply(hot.book, commands)
            hot.digest = matching.chain(hot.digest, commands, events)
            if hot.digest != batch.digest:
                raise BrokenJournal(f"the journal's digest breaks at batch {batch.book_version}")


def _replay_to(hot: HotBook, row: Book) -> None:
    _replay(hot, upto=row.command_seq)
    if (hot.book.command_seq, hot.book.event_seq, hot.digest) != (row.command_seq, row.event_seq, bytes(row.digest)):
        raise BrokenJournal("the journal does not lead to where the book's row is")
    hot.epoch, hot.book_version = row.epoch, row.book_version
