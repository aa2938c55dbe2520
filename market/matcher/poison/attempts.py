"""Counting the attempts at a book's next batch, so that one which never ended shows at the next."""

from typing import NamedTuple

from django.db import connection

import matching
from market import prepared

BEGIN = """
WITH not_waited_for AS (SELECT set_config('synchronous_commit', 'off', true)),
     head AS (SELECT c.id FROM market_inboxcommand c JOIN market_book b ON b.instrument_id = c.instrument_id
               WHERE c.instrument_id = %(book)s AND b.status = 'RUNNING' AND b.engine_version <= %(engine)s
               ORDER BY c.id LIMIT 1)
INSERT INTO market_attempt AS a (instrument_id, inbox_id, count, worker, began_at)
SELECT %(book)s, head.id, 1, %(worker)s, clock_timestamp() FROM head, not_waited_for
    ON CONFLICT (instrument_id) DO UPDATE
   SET inbox_id = excluded.inbox_id, count = CASE WHEN a.inbox_id = excluded.inbox_id THEN a.count + 1 ELSE 1 END,
       worker = excluded.worker, began_at = excluded.began_at
RETURNING inbox_id, count
"""
FORGIVE = "UPDATE market_attempt SET count = count - 1 WHERE instrument_id = %s AND inbox_id = %s AND count > 0"
SUSPECT = "UPDATE market_attempt SET inbox_id = %s, count = %s WHERE instrument_id = %s"


class Attempt(NamedTuple):
    """The oldest waiting command of a book, and the how-manieth batch begun from it this one is."""

    inbox_id: int
    number: int


def begin(instrument_id: int, *, worker: str) -> Attempt | None:
    """Note that a batch is begun; None when nothing waits that this process may match.

    It commits by itself, before the batch and without waiting for the disk: an attempt that is forgotten only means
    that a command is tried once more. Call it outside a transaction.
    """
    with prepared.cursor() as cursor:
        cursor.execute(BEGIN, {"book": instrument_id, "worker": worker, "engine": matching.ENGINE_VERSION})
        row = cursor.fetchone()
    return None if row is None else Attempt(*row)


def forgive(instrument_id: int, attempt: Attempt) -> None:
    """Take an attempt back that came to nothing because somebody else works on the book."""
    with connection.cursor() as cursor:
        cursor.execute(FORGIVE, [instrument_id, attempt.inbox_id])


def suspect(instrument_id: int, *, inbox_id: int, count: int) -> None:
    """Hold against a command, before its turn, that a trial ended with it. Call it in the batch before its turn."""
    with connection.cursor() as cursor:
        cursor.execute(SUSPECT, [inbox_id, count, instrument_id])
