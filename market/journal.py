"""The journal of a book: appending a batch to it, and reading it back as the core's own records."""

from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

import matching
from market import binary_copy
from market.failpoints import failpoint

COMMAND_COLUMNS = tuple(matching.PLAIN_COMMAND.names or ())
TERMS_COLUMNS = tuple(matching.TERMS.names or ())
EVENT_COLUMNS = tuple(matching.EVENT.names or ())


class BatchRange(NamedTuple):
    """What one committed batch covered, and the chained digest after it."""

    book_version: int
    first_command_seq: int
    last_command_seq: int
    first_event_seq: int
    last_event_seq: int
    digest: bytes


def append(
    *, instrument_id: int, commands: matching.Records, events: matching.Records, inbox_ids: NDArray[np.int64]
) -> None:
    """Write a batch's commands and events. Call it inside the transaction that moves the book."""
    count, first_seq = len(commands), int(events["command_seq"][0])
    binary_copy.write(
        "market_journalcommand",
        {
            "instrument_id": np.full(count, instrument_id),
            "command_seq": np.arange(first_seq, first_seq + count),
            **{name: commands[name] for name in COMMAND_COLUMNS},
            "inbox_id": inbox_ids,
        },
    )
    failpoint("journal.after_commands")
    _append_terms(commands, instrument_id=instrument_id, first_seq=first_seq)
    binary_copy.write(
        "market_journalevent",
        {
            "instrument_id": np.full(len(events), instrument_id),
            **{name: events[name] for name in EVENT_COLUMNS},
            "transact_time_ns": commands["transact_time_ns"][events["command_seq"] - first_seq],
        },
    )


def _append_terms(commands: matching.Records, *, instrument_id: int, first_seq: int) -> None:
    """A row for each command that has any terms; for most batches there is nothing to write."""
    of_terms = commands.view(np.uint8).reshape(len(commands), -1)[:, matching.PLAIN_COMMAND.itemsize :]
    if not of_terms.any():
        return
    places = np.flatnonzero(of_terms.any(axis=1))
    binary_copy.write(
        "market_journalterms",
        {
            "instrument_id": np.full(len(places), instrument_id),
            "command_seq": first_seq + places,
            **{name: commands[name][places] for name in TERMS_COLUMNS},
        },
    )


ADVANCE = """
WITH batch AS (
    INSERT INTO market_batch (instrument_id, book_version, batch_uuid, first_command_seq, last_command_seq,
                              first_event_seq, last_event_seq, worker, digest, committed_at)
    VALUES (%(instrument_id)s, %(book_version)s + 1, %(batch_uuid)s, %(first_command_seq)s, %(last_command_seq)s,
            %(first_event_seq)s, %(last_event_seq)s, %(worker)s, %(digest)s, clock_timestamp())
)
UPDATE market_book
   SET book_version = book_version + 1, command_seq = %(last_command_seq)s, event_seq = %(last_event_seq)s,
       digest = %(digest)s, last_time_ns = %(last_time_ns)s, {state}
 WHERE instrument_id = %(instrument_id)s AND book_version = %(book_version)s
"""


def advance_book(
    *,
    instrument_id: int,
    book_version: int,
    batch_uuid: UUID,
    worker: str,
    digest: bytes,
    commands: matching.Records,
    events: matching.Records,
    state: dict[str, Any],
) -> bool:
    """Move the book's row by one batch, with further columns in ``state``; False when its version was another.

    False means that somebody newer has moved the book: the caller must roll back.
    """
    values: dict[str, Any] = {
        "instrument_id": instrument_id,
        "book_version": book_version,
        "batch_uuid": batch_uuid,
        "worker": worker,
        "digest": digest,
        "first_command_seq": int(events["command_seq"][0]),
        "last_command_seq": int(events["command_seq"][-1]),
        "first_event_seq": int(events["event_seq"][0]),
        "last_event_seq": int(events["event_seq"][-1]),
        "last_time_ns": int(commands["transact_time_ns"][-1]),
    }
    assignments = ", ".join(f"{column} = %({column})s" for column in state)
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE.format(state=assignments), {**values, **state})
        return int(cursor.rowcount) == 1


def commands_after(*, instrument_id: int, command_seq: int, upto: int) -> matching.Records:
    """The book's commands after ``command_seq``, up to and with ``upto``, as the core's records."""
    columns = binary_copy.read(
        f"SELECT {', '.join(COMMAND_COLUMNS)} FROM market_journalcommand "
        "WHERE instrument_id = %s AND command_seq > %s AND command_seq <= %s ORDER BY command_seq",
        COMMAND_COLUMNS,
        [instrument_id, command_seq, upto],
    )
    commands = _records(columns, names=COMMAND_COLUMNS, dtype=matching.COMMAND)
    _read_terms(commands, instrument_id=instrument_id, command_seq=command_seq, upto=upto)
    return commands


def _read_terms(commands: matching.Records, *, instrument_id: int, command_seq: int, upto: int) -> None:
    """Put the terms of those commands that have any where they belong."""
    columns = binary_copy.read(
        f"SELECT command_seq, {', '.join(TERMS_COLUMNS)} FROM market_journalterms "
        "WHERE instrument_id = %s AND command_seq > %s AND command_seq <= %s ORDER BY command_seq",
        ("command_seq", *TERMS_COLUMNS),
        [instrument_id, command_seq, upto],
    )
    places = columns["command_seq"] - command_seq - 1
    if len(places) == 0:
        return
    if places[-1] >= len(commands):
        raise ValueError("the journal holds terms of a command that it lacks")
    for name in TERMS_COLUMNS:
        commands[name][places] = columns[name]
        if not np.array_equal(commands[name][places], columns[name]):
            raise ValueError(f"the journal holds a {name} that no batch could have written")


def events_of(*, instrument_id: int, first_event_seq: int, last_event_seq: int) -> matching.Records:
    """The book's recorded events in a range, as the core's records."""
    columns = binary_copy.read(
        f"SELECT {', '.join(EVENT_COLUMNS)} FROM market_journalevent "
        "WHERE instrument_id = %s AND event_seq BETWEEN %s AND %s ORDER BY event_seq",
        EVENT_COLUMNS,
        [instrument_id, first_event_seq, last_event_seq],
    )
    return _records(columns, names=EVENT_COLUMNS, dtype=matching.EVENT)


def batches_after(*, instrument_id: int, command_seq: int, upto: int) -> list[BatchRange]:
    """The batches whose commands come after ``command_seq``, up to and with ``upto``, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT book_version, first_command_seq, last_command_seq, first_event_seq, last_event_seq, digest "
            "FROM market_batch WHERE instrument_id = %s AND first_command_seq > %s AND last_command_seq <= %s "
            "ORDER BY book_version",
            [instrument_id, command_seq, upto],
        )
        return [BatchRange(*row)._replace(digest=bytes(row[-1])) for row in cursor.fetchall()]


def times_disagree(*, instrument_id: int, upto: int) -> bool:
    """Whether an event of the commands up to ``upto`` shows another time than its command."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM market_journalevent e JOIN market_journalcommand c"
            " USING (instrument_id, command_seq)"
            " WHERE instrument_id = %s AND command_seq <= %s AND c.transact_time_ns <> e.transact_time_ns)",
            [instrument_id, upto],
        )
        return bool(cursor.fetchone()[0])


def _records(columns: binary_copy.Columns, *, names: tuple[str, ...], dtype: np.dtype[np.void]) -> matching.Records:
    records = np.zeros(len(columns[names[0]]), dtype=dtype)
    for name in names:
        records[name] = columns[name]
        if not np.array_equal(records[name], columns[name]):
            raise ValueError(f"the journal holds a {name} that no batch could have written")
    return records
