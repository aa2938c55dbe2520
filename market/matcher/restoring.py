"""The one way to obtain a book: restore its last snapshot and replay the journal after it.

Recovery, catching up after a halt, ``journal verify`` and the book at an earlier moment are all this.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

import matching
from market import journal, metrics
from market.failpoints import failpoint
from market.models import Book, BookSnapshot

REPLAY_CHUNK_COMMANDS = 50_000


class BrokenJournal(RuntimeError):
    """Replaying the journal did not give what it records: wrong is worse than stopped."""


@dataclass(slots=True)
class HotBook:
    """A book in memory, and where its row stood when the two were equal."""

    instrument_id: int
    epoch: UUID
    book_version: int
    digest: bytes
    book: matching.Book


def restore(instrument_id: int) -> HotBook:
    """The book as its row says it is now. Raises BrokenJournal when snapshot, journal and digest disagree."""
    with transaction.atomic():
        row = Book.objects.get(pk=instrument_id)
        hot = _start(row)
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
    """The book as it was after a command: the newest snapshot before it, and the journal from there."""
    row = Book.objects.get(pk=instrument_id)
    hot = _start(row, upto=command_seq)
    commands = journal.commands_after(
        instrument_id=instrument_id, command_seq=hot.book.command_seq, upto=min(command_seq, row.command_seq)
    )
    matching.apply(hot.book, commands)
    return hot.book


def genesis(row: Book) -> HotBook:
    """The book before its first command."""
    book = matching.Book.create(base_ticks=row.base_ticks, levels=row.levels)
    return HotBook(row.pk, row.epoch, 0, matching.GENESIS, book)


def _start(row: Book, *, upto: int | None = None) -> HotBook:
    last = row.command_seq if upto is None else upto
    snapshot = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq__lte=last).order_by("-command_seq").first()
    if snapshot is None:
        return genesis(row)
    book = matching.restore(bytes(snapshot.state))
    if matching.digest(book) != bytes(snapshot.state_digest):
        raise BrokenJournal(f"the snapshot at command {snapshot.command_seq} does not have its recorded digest")
    return HotBook(row.pk, row.epoch, 0, bytes(snapshot.chained_digest), book)


def _replay_to(hot: HotBook, row: Book) -> None:
    batches = journal.batches_after(instrument_id=row.pk, command_seq=hot.book.command_seq, upto=row.command_seq)
    if batches:
        commands = journal.commands_after(instrument_id=row.pk, command_seq=hot.book.command_seq, upto=row.command_seq)
        first = hot.book.command_seq + 1
        for batch in batches:
            piece = commands[batch.first_command_seq - first : batch.last_command_seq - first + 1]
            events = matching.apply(hot.book, piece)
            hot.digest = matching.chain(hot.digest, piece, events)
            if hot.digest != batch.digest:
                raise BrokenJournal(f"the journal's digest breaks at batch {batch.book_version}")
    if (hot.book.command_seq, hot.book.event_seq, hot.digest) != (row.command_seq, row.event_seq, bytes(row.digest)):
        raise BrokenJournal("the journal does not lead to where the book's row is")
    hot.epoch, hot.book_version = row.epoch, row.book_version
