"""The journal of a book: appending a batch to it, and reading it back as the core's own records."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

import matching
from market import binary_copy, prepared
from market.failpoints import failpoint
from market.pipelining import pipelined

COMMAND_COLUMNS = tuple(matching.PLAIN_COMMAND.names or ())
TERMS_COLUMNS = tuple(matching.TERMS.names or ())
EVENT_COLUMNS = tuple(matching.EVENT.names or ())


PIECE_COMMANDS = 20_000
"""How many commands are read at once, so that a journal of any length is read in the same memory."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BrokenJournal(RuntimeError):
    """The journal does not hold what a journal must: wrong is worse than stopped."""


class BatchRange(NamedTuple):
    """What one committed batch covered, the chained digest after it, and who committed it when.

    ``seal`` is over what the chain does not hold; it is None for batches written before there were seals.
    """

    book_version: int
    first_command_seq: int
    last_command_seq: int
    first_event_seq: int
    last_event_seq: int
    digest: bytes
    batch_uuid: UUID
    worker: str
    committed_at: datetime
    seal: bytes | None


class Piece(NamedTuple):
    """Some batches in a row, with all their commands."""

    batches: list[BatchRange]
    commands: matching.Records

    def commands_of(self, batch: BatchRange) -> matching.Records:
        """The commands of one of the piece's batches. Raises BrokenJournal when they are not all there."""
        first = self.batches[0].first_command_seq
        count = batch.last_command_seq - batch.first_command_seq + 1
        commands = self.commands[batch.first_command_seq - first :][:count]
        if count < 1 or len(commands) != count:
            raise BrokenJournal(f"batch {batch.book_version} lacks commands")
        return commands


def append(
    *, instrument_id: int, commands: matching.Records, events: matching.Records, inbox_ids: NDArray[np.int64]
) -> None:
    """Write a batch's commands and events. Call it inside the transaction that moves the book."""
    with appending(instrument_id=instrument_id, commands=commands, events=events, inbox_ids=inbox_ids):
        pass


@contextmanager
def appending(
    *, instrument_id: int, commands: matching.Records, events: matching.Records, inbox_ids: NDArray[np.int64]
) -> Iterator[None]:
    """Append as ``append`` does; what is done inside, which asks the database nothing, is done meanwhile."""
    are_few = binary_copy.are_few(len(events))
    with pipelined() if are_few else nullcontext():
        with _appending_commands(commands, instrument_id=instrument_id, events=events, inbox_ids=inbox_ids):
            columns = _event_columns(events, commands=commands, instrument_id=instrument_id)
            rows = columns if are_few else binary_copy.encoded(columns)
        with binary_copy.writing("market_journalevent", rows):
            yield


def _event_columns(events: matching.Records, *, commands: matching.Records, instrument_id: int) -> binary_copy.Columns:
    return {
        "instrument_id": np.full(len(events), instrument_id),
        **{name: events[name] for name in EVENT_COLUMNS},
        "transact_time_ns": commands["transact_time_ns"][events["command_seq"] - events["command_seq"][0]],
    }


@contextmanager
def _appending_commands(
    commands: matching.Records, *, instrument_id: int, events: matching.Records, inbox_ids: NDArray[np.int64]
) -> Iterator[None]:
    count, first_seq = len(commands), int(events["command_seq"][0])
    with binary_copy.writing(
        "market_journalcommand",
        {
            "instrument_id": np.full(count, instrument_id),
            "command_seq": np.arange(first_seq, first_seq + count),
            **{name: commands[name] for name in COMMAND_COLUMNS},
            "inbox_id": inbox_ids,
        },
    ):
        yield
    failpoint("journal.after_commands")
    _append_terms(commands, instrument_id=instrument_id, first_seq=first_seq)


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
                              first_event_seq, last_event_seq, worker, digest, committed_at, seal)
    SELECT %(instrument_id)s, %(book_version)s + 1, %(batch_uuid)s, %(first_command_seq)s, %(last_command_seq)s,
           %(first_event_seq)s, %(last_event_seq)s, %(worker)s::text, %(digest)s, t.now,
           sha256(%(digest)s::bytea || %(inbox_digest)s::bytea || uuid_send(%(batch_uuid)s)
                  || int8send((extract(epoch FROM t.now) * 1000000)::bigint) || convert_to(%(worker)s::text, 'UTF8'))
      FROM (SELECT clock_timestamp() AS now) t
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
    inbox_ids: NDArray[np.int64],
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
        "inbox_digest": _digest_of(inbox_ids),
        "first_command_seq": int(events["command_seq"][0]),
        "last_command_seq": int(events["command_seq"][-1]),
        "first_event_seq": int(events["event_seq"][0]),
        "last_event_seq": int(events["event_seq"][-1]),
        "last_time_ns": int(commands["transact_time_ns"][-1]),
    }
    assignments = ", ".join(f"{column} = %({column})s" for column in state)
    with prepared.cursor() as cursor:
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


def times_of(*, instrument_id: int, first_event_seq: int, last_event_seq: int) -> NDArray[np.int64]:
    """The times that the recorded events in a range show, in nanoseconds since 1970."""
    return _column(
        "SELECT transact_time_ns FROM market_journalevent "
        "WHERE instrument_id = %s AND event_seq BETWEEN %s AND %s ORDER BY event_seq",
        [instrument_id, first_event_seq, last_event_seq],
    )


def inbox_ids_after(*, instrument_id: int, command_seq: int, upto: int) -> NDArray[np.int64]:
    """The places in the inbox that the commands after ``command_seq``, up to and with ``upto``, came from."""
    return _column(
        "SELECT inbox_id FROM market_journalcommand "
        "WHERE instrument_id = %s AND command_seq > %s AND command_seq <= %s ORDER BY command_seq",
        [instrument_id, command_seq, upto],
    )


def _column(query: str, parameters: list[int]) -> NDArray[np.int64]:
    return binary_copy.read(query, ("value",), parameters)["value"]


def batches_after(*, instrument_id: int, command_seq: int, upto: int) -> list[BatchRange]:
    """The batches that end after ``command_seq``, at ``upto`` at the latest, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(BatchRange._fields)} FROM market_batch"
            " WHERE instrument_id = %s AND last_command_seq > %s AND last_command_seq <= %s ORDER BY last_command_seq",
            [instrument_id, command_seq, upto],
        )
        return [
            batch._replace(digest=bytes(batch.digest), seal=None if batch.seal is None else bytes(batch.seal))
            for batch in (BatchRange(*row) for row in cursor.fetchall())
        ]


def pieces_after(*, instrument_id: int, command_seq: int, upto: int) -> Iterator[Piece]:
    """All batches after ``command_seq`` up to the one that ends at ``upto``, in pieces of bounded size.

    Raises BrokenJournal where a batch does not follow on the one before it, or is missing.
    """
    while command_seq < upto:
        end = min(upto, command_seq + PIECE_COMMANDS)
        batches = batches_after(instrument_id=instrument_id, command_seq=command_seq, upto=end)
        if not batches:
            raise BrokenJournal(f"no batch follows on command {command_seq}")
        last = batches[-1].last_command_seq
        commands = commands_after(instrument_id=instrument_id, command_seq=command_seq, upto=last)
        _check_that_they_follow(batches, command_seq=command_seq)
        yield Piece(batches, commands)
        command_seq = last


def _check_that_they_follow(batches: list[BatchRange], *, command_seq: int) -> None:
    for batch in batches:
        if batch.first_command_seq != command_seq + 1:
            raise BrokenJournal(
                f"batch {batch.book_version} begins at command {batch.first_command_seq}, not after the one before it"
            )
        command_seq = batch.last_command_seq


def seal_of(batch: BatchRange, *, inbox_ids: NDArray[np.int64]) -> bytes:
    """SHA-256 over what a batch's row holds beside its ranges, as ADVANCE computes it."""
    microseconds = (batch.committed_at - EPOCH) // timedelta(microseconds=1)
    facts = (batch.digest, _digest_of(inbox_ids), batch.batch_uuid.bytes, microseconds.to_bytes(8, "big"))
    return hashlib.sha256(b"".join(facts) + batch.worker.encode()).digest()


def _digest_of(inbox_ids: NDArray[np.int64]) -> bytes:
    return hashlib.sha256(inbox_ids.astype("<i8").tobytes()).digest()


def _records(columns: binary_copy.Columns, *, names: tuple[str, ...], dtype: np.dtype[np.void]) -> matching.Records:
    records = np.zeros(len(columns[names[0]]), dtype=dtype)
    for name in names:
        records[name] = columns[name]
        if not np.array_equal(records[name], columns[name]):
            raise ValueError(f"the journal holds a {name} that no batch could have written")
    return records
