"""Verifying journals bit by bit while the exchange works: some batches of some books now and then, in the end all.

Each look begins at a snapshot and ends at a later one, so that it costs the same however long the journal is.
"""

import time
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

import matching
from market import journal, journal_places, metrics
from market.journal import BrokenJournal
from market.matcher import restoring, stopping, verification
from market.matcher.restoring import HotBook
from market.models import Book, BookSnapshot, Instrument, JournalCheck
from vocabulary import limits

FAULT_LENGTH_MAX = 200


class Look(NamedTuple):
    """What one look at a book's journal covered; ``fault`` is empty when all of it is as recorded."""

    symbol: str
    after_command_seq: int
    upto_command_seq: int
    fault: str


def sample(*, budget_ms: int = limits.VERIFY_SAMPLE_MS) -> list[Look]:
    """Verify on from where the rounds stand, the books that waited longest first; a break stops that book.

    It begins no further look once the budget is spent; a look is bounded by the commands between two snapshots.
    """
    deadline = time.monotonic() + budget_ms / 1000
    looks: list[Look] = []
    waiting = _longest_unchecked()
    while waiting:
        instrument = waiting.pop(0)
        found = look(instrument)
        if found is not None:
            looks.append(found)
        if time.monotonic() >= deadline:
            break
        if found is not None and not found.fault and found.upto_command_seq < _newest_of(instrument):
            waiting.append(instrument)
    return looks


def look(instrument: Instrument) -> Look | None:
    """Verify the next stretch of one book's journal; None while somebody else does, or exports it."""
    with transaction.atomic():
        JournalCheck.objects.get_or_create(pk=instrument.pk)
        check = JournalCheck.objects.select_for_update(skip_locked=True).filter(pk=instrument.pk).first()
        if check is None:
            return None
        row, start = Book.objects.get(pk=instrument.pk), journal_places.start_of(instrument.pk)
        after, upto = _next_stretch(row, check=check)
        fault = ""
        try:
            upto = _verify_stretch(row, after=after, upto=upto)
        except verification.FAULTS as error:
            if journal_places.start_of(instrument.pk) != start or not _is_there(row, after, start=start.command_seq):
                return None  # what seems missing has just gone into an export, or was thinned out
            fault = str(error) or type(error).__name__
        _note(check, row=row, upto=upto, fault=fault)
    if fault:
        stopping.stop_book(instrument, cause=BrokenJournal(fault))
        metrics.JOURNAL_BREAKS.inc()
    else:
        metrics.COMMANDS_VERIFIED.inc(upto - after)
    return Look(instrument.symbol, after, upto, fault)


def _longest_unchecked() -> list[Instrument]:
    return list(Instrument.objects.order_by(F("journalcheck__checked_at").asc(nulls_first=True), "pk"))


def _newest_of(instrument: Instrument) -> int:
    return int(Book.objects.values_list("command_seq", flat=True).get(pk=instrument.pk))


def _next_stretch(row: Book, *, check: JournalCheck) -> tuple[int, int]:
    """From the snapshot at or before where the round stands to the next one, or to the book's end."""
    start = journal_places.start_of(row.pk).command_seq
    stands_at = check.command_seq if start <= check.command_seq < row.command_seq and not check.fault else start
    snapshots = verification.snapshots_after(start, row=row)
    after = max((seq for seq in snapshots if seq <= stands_at), default=start)
    upto = min((seq for seq in snapshots if seq > after), default=row.command_seq)
    return after, min(upto, row.command_seq)


def _verify_stretch(row: Book, *, after: int, upto: int) -> int:
    """Verify up to a command; where that is too far for one look, leave a snapshot on the way and stop there."""
    hot = _begin(row, after=after)
    for piece in journal.pieces_after(instrument_id=row.pk, command_seq=after, upto=upto):
        verification.check_piece(hot, piece, snapshots=[upto])
        reached = hot.book.command_seq
        if reached < upto and reached - after >= limits.VERIFY_STRETCH_COMMANDS_MAX:
            _leave_snapshot(hot)
            return reached
    if upto == row.command_seq:
        verification.check_row(hot, row)
        _check_that_no_snapshot_is_ahead(row)
    return upto


def _check_that_no_snapshot_is_ahead(row: Book) -> None:
    ahead = verification.snapshots_after(row.command_seq, row=row)
    # A snapshot is committed with the row that it is of: one that is ahead of a row read later is of no moment at all.
    last = Book.objects.values_list("command_seq", flat=True).get(pk=row.pk)
    if ahead and ahead[-1] > last:
        raise BrokenJournal(f"the snapshot at command {ahead[-1]} stands behind the book's last command, {last}")


def _is_there(row: Book, command_seq: int, *, start: int) -> bool:
    """Whether the snapshot that a stretch began with still exists."""
    found = BookSnapshot.objects.filter(instrument_id=row.pk, command_seq=command_seq)
    return command_seq == start or found.exists()


def _leave_snapshot(hot: HotBook) -> None:
    snapshot = BookSnapshot(
        instrument_id=hot.instrument_id,
        command_seq=hot.book.command_seq,
        state=matching.snapshot(hot.book),
        state_digest=matching.digest(hot.book),
        chained_digest=hot.digest,
    )
    BookSnapshot.objects.bulk_create([snapshot], ignore_conflicts=True)


def _begin(row: Book, *, after: int) -> HotBook:
    """The book at a snapshot, whose digest has to be the one that the batch before it left in the journal."""
    hot = restoring.resume(row, command_seq=after)
    begins = after == journal_places.start_of(row.pk).command_seq
    if not begins and hot.digest != journal_places.digest_at(instrument_id=row.pk, command_seq=after):
        raise BrokenJournal(f"the snapshot at command {after} is not the book of that moment")
    return hot


def _note(check: JournalCheck, *, row: Book, upto: int, fault: str) -> None:
    is_whole = upto >= row.command_seq and not fault
    check.command_seq = 0 if is_whole else upto
    check.rounds += is_whole
    check.fault = fault[:FAULT_LENGTH_MAX]
    check.save()
