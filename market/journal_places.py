"""Finding one's place in a book's journal: where it begins, which command an event came from, where batches end."""

from typing import NamedTuple

from django.db import connection

import matching
from market.journal import BrokenJournal
from market.models import JournalExport


class JournalStart(NamedTuple):
    """Behind which command, event and batch a book's journal begins, and the chained digest there."""

    command_seq: int
    event_seq: int
    book_version: int
    digest: bytes


def start_of(instrument_id: int) -> JournalStart:
    """Where a book's journal begins: behind its last export, or before its first command."""
    last = JournalExport.objects.filter(instrument_id=instrument_id).order_by("-last_command_seq").first()
    if last is None:
        return JournalStart(0, 0, 0, matching.GENESIS)
    return JournalStart(last.last_command_seq, last.last_event_seq, last.last_book_version, bytes(last.last_digest))


def end_of_batches(*, instrument_id: int, upto: int) -> int:
    """The last command of the newest batch that ends at or before a command; zero for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(max(last_command_seq), 0) FROM market_batch"
            " WHERE instrument_id = %s AND last_command_seq <= %s",
            [instrument_id, upto],
        )
        return int(cursor.fetchone()[0])


def first_end_after(*, instrument_id: int, command_seq: int) -> int | None:
    """The last command of the first batch after a command; None when there is no batch after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(last_command_seq) FROM market_batch WHERE instrument_id = %s AND last_command_seq > %s",
            [instrument_id, command_seq],
        )
        last = cursor.fetchone()[0]
    return None if last is None else int(last)


def time_of_command(*, instrument_id: int, command_seq: int) -> int:
    """When a command was sequenced, in nanoseconds since 1970. Raises BrokenJournal when the journal lacks it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transact_time_ns FROM market_journalcommand WHERE instrument_id = %s AND command_seq = %s",
            [instrument_id, command_seq],
        )
        row = cursor.fetchone()
    if row is None:
        raise BrokenJournal(f"the journal lacks command {command_seq}")
    return int(row[0])


def digest_at(*, instrument_id: int, command_seq: int) -> bytes | None:
    """The chained digest after the batch that ends at a command; None where none in the tables does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM market_batch WHERE instrument_id = %s AND last_command_seq = %s",
            [instrument_id, command_seq],
        )
        row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def command_of_event(*, instrument_id: int, event_seq: int) -> int | None:
    """The number of the command that an event came from; None when the journal does not hold the event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT command_seq FROM market_journalevent WHERE instrument_id = %s AND event_seq = %s",
            [instrument_id, event_seq],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def newest(instrument_id: int) -> tuple[int, int]:
    """The numbers of the last command and of the last event that the journal holds; zero for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE((SELECT max(command_seq) FROM market_journalcommand WHERE instrument_id = %s), 0),"
            " COALESCE((SELECT max(event_seq) FROM market_journalevent WHERE instrument_id = %s), 0)",
            [instrument_id, instrument_id],
        )
        command_seq, event_seq = cursor.fetchone()
    return int(command_seq), int(event_seq)
