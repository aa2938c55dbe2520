"""Exporting whole days of journals and deleting what an export holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from django.db import connection, transaction

import matching
from access.services import audit
from market import journal, journal_places, writers
from market.journal import BrokenJournal
from market.matcher import restoring, stopping, verification
from market.matcher.restoring import HotBook
from market.models import Book, BookSnapshot, Instrument, JournalExport, Trade
from market.models.book import BookStatus
from market.retention.export_file import ExportWriter, Manifest, sha256_of
from vocabulary import limits

logger = structlog.get_logger(__name__)

RUNNING_LOCK = 0x4D4F5052
"""The advisory lock of the database that a run holds: two at once would delete what the other still reads."""


class Exported(NamedTuple):
    """A day of a book's journal that has left the database."""

    symbol: str
    day: date
    commands: int
    trades: int
    path: Path


def run(*, keep_days: int, folder: Path, now: datetime | None = None) -> list[Exported]:
    """Export and delete the days of every book's journal, with its trades, that are over for ``keep_days`` days (UTC).

    ``keep_days`` 0 keeps everything. What does not verify is neither exported nor deleted, and stops its book. A run
    that was interrupted is taken up by the next; one that finds another at work does nothing.
    """
    if keep_days == 0:
        return []
    assert keep_days >= limits.JOURNAL_DAYS_MIN, "the last days are read by the feed, the candles and the summaries"
    today = (now or datetime.now(UTC)).date()
    done: list[Exported] = []
    with _alone() as is_alone:
        if not is_alone:
            return []
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for instrument in Instrument.objects.filter(book__status=BookStatus.RUNNING).order_by("symbol"):
            _delete_exported(instrument.pk)
            done += _export_days(instrument, before=today - timedelta(days=keep_days), folder=folder)
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RUNNING_LOCK])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [RUNNING_LOCK])


def _export_days(instrument: Instrument, *, before: date, folder: Path) -> Iterator[Exported]:
    while (day := _first_day(instrument.pk)) is not None and day < before:
        last = _last_command_of(instrument.pk, day=day)
        if last is None:
            return
        try:
            yield _export_day(instrument, day=day, last_command_seq=last, folder=folder)
        except verification.FAULTS as error:
            stopping.stop_book(instrument, cause=BrokenJournal(str(error)))
            return
        _delete_exported(instrument.pk)


def _first_day(instrument_id: int) -> date | None:
    """The day of the journal's first batch: the one on which its last command was sequenced."""
    start = journal_places.start_of(instrument_id)
    last = journal_places.first_end_after(instrument_id=instrument_id, command_seq=start.command_seq)
    return None if last is None else _day_of(instrument_id, command_seq=last)


def _day_of(instrument_id: int, *, command_seq: int) -> date:
    time_ns = journal_places.time_of_command(instrument_id=instrument_id, command_seq=command_seq)
    return (journal.EPOCH + timedelta(microseconds=time_ns // 1000)).date()


def _last_command_of(instrument_id: int, *, day: date) -> int | None:
    """The last command of the day's last batch; None where the book has no snapshot at or behind it yet.

    Times never run backwards within a book, so the place is found by halving.
    """
    newest = BookSnapshot.objects.filter(instrument_id=instrument_id).order_by("-command_seq").first()
    low, high = journal_places.start_of(instrument_id).command_seq, newest.command_seq if newest else 0
    while low < high:
        middle = (low + high + 1) // 2
        if _day_of(instrument_id, command_seq=middle) <= day:
            low = middle
        else:
            high = middle - 1
    last = journal_places.end_of_batches(instrument_id=instrument_id, upto=low)
    return last if last > journal_places.start_of(instrument_id).command_seq else None


def _export_day(instrument: Instrument, *, day: date, last_command_seq: int, folder: Path) -> Exported:
    """Write the file, verifying what goes into it, then note it: from that on the journal begins behind it."""
    row, start = Book.objects.get(pk=instrument.pk), journal_places.start_of(instrument.pk)
    path = folder / f"{instrument.symbol}-{day.isoformat()}-{last_command_seq}.zip"
    unfinished = path.with_suffix(".unfinished")
    hot = restoring.begin(row)
    trades_before = hot.book.trade_seq
    with ExportWriter(unfinished, start=hot.book) as file:
        for piece in journal.pieces_after(instrument_id=row.pk, command_seq=start.command_seq, upto=last_command_seq):
            written = verification.written_of(row.pk, piece)
            verification.check_written(hot, piece, written, snapshots=[])
            file.add(piece, written)
        manifest = file.finish(
            symbol=instrument.symbol,
            instrument_id=row.pk,
            epoch=str(row.epoch),
            engine_version=row.engine_version,
            tick_size=str(instrument.tick_size),
            lot_size=str(instrument.lot_size),
            day=day.isoformat(),
            first_command_seq=start.command_seq + 1,
            last_command_seq=hot.book.command_seq,
            first_event_seq=start.event_seq + 1,
            last_event_seq=hot.book.event_seq,
            last_trade_seq=hot.book.trade_seq,
            last_book_version=hot.book_version,
            first_digest=start.digest.hex(),
            last_digest=hot.digest.hex(),
        )
    unfinished.chmod(0o600)
    unfinished.rename(path)
    _note(manifest, hot=hot, path=path)
    commands = hot.book.command_seq - start.command_seq
    return Exported(instrument.symbol, day, commands, hot.book.trade_seq - trades_before, path)


def _note(manifest: Manifest, *, hot: HotBook, path: Path) -> None:
    with transaction.atomic(durable=True):
        writers.claim(writers.Writer.RETENTION)
        snapshot = BookSnapshot(
            instrument_id=hot.instrument_id,
            command_seq=hot.book.command_seq,
            state=matching.snapshot(hot.book),
            state_digest=matching.digest(hot.book),
            chained_digest=hot.digest,
        )
        BookSnapshot.objects.bulk_create([snapshot], ignore_conflicts=True)
        JournalExport.objects.create(
            instrument_id=hot.instrument_id,
            day=date.fromisoformat(manifest.day),
            first_command_seq=manifest.first_command_seq,
            last_command_seq=manifest.last_command_seq,
            first_event_seq=manifest.first_event_seq,
            last_event_seq=manifest.last_event_seq,
            last_trade_seq=manifest.last_trade_seq,
            last_book_version=manifest.last_book_version,
            first_digest=bytes.fromhex(manifest.first_digest),
            last_digest=hot.digest,
            file_name=path.name,
            file_sha256=sha256_of(path),
        )
        detail: dict[str, object] = {"day": manifest.day, "file": path.name, "commands_upto": manifest.last_command_seq}
        audit.record_system(action="journal.export", subject=manifest.symbol, detail=detail)


DELETE = """
DELETE FROM {table} WHERE instrument_id = %(instrument_id)s AND {column} <= LEAST(%(last)s,
       (SELECT min({column}) FROM {table} WHERE instrument_id = %(instrument_id)s) + %(rows)s - 1)
"""


def _delete_exported(instrument_id: int) -> None:
    """Delete what exports hold, some rows at a time, so that no transaction is long."""
    last = JournalExport.objects.filter(instrument_id=instrument_id).order_by("-last_command_seq").first()
    if last is None:
        return
    for table, column, upto in (
        ("market_journalterms", "command_seq", last.last_command_seq),
        ("market_journalcommand", "command_seq", last.last_command_seq),
        ("market_journalevent", "event_seq", last.last_event_seq),
        (Trade._meta.db_table, "trade_seq", last.last_trade_seq),
        ("market_batch", "last_command_seq", last.last_command_seq),
    ):
        while _delete_some(table, column, instrument_id=instrument_id, upto=upto):
            pass
    BookSnapshot.objects.filter(instrument_id=instrument_id, command_seq__lt=last.last_command_seq).delete()


def _delete_some(table: str, column: str, *, instrument_id: int, upto: int) -> int:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        writers.claim(writers.Writer.RETENTION)
        cursor.execute(
            DELETE.format(table=table, column=column),
            {"instrument_id": instrument_id, "last": upto, "rows": limits.RETENTION_ROWS_MAX},
        )
        return int(cursor.rowcount)
