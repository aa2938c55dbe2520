"""Making the Nth thing that is asked of the database fail, whichever it is: a statement, a COPY or a commit.

The failures are PostgreSQL's own: the statement is replaced by one that the server refuses, or the connection is cut
before it is sent.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg

REFUSED = {
    "canceled": "SELECT pg_cancel_backend(pg_backend_pid())",
    "deadlock": "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$",
    "memory": "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53200'; END $$",
}
CUT = "cut"
COMMIT = "commit"


class _Counting:
    """Counts what is asked and lets the Nth fail in one way."""

    def __init__(self, nth: int, how: str) -> None:
        self.asked = 0
        self._nth, self._how = nth, how

    def is_due(self) -> bool:
        self.asked += 1
        return self.asked == self._nth

    def strike(self, connection: "psycopg.Connection[Any]") -> None:
        if self._how == CUT:
            with socket.socket(fileno=os.dup(connection.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)
        else:
            # By a cursor without the wrappers below; it raises, and the transaction is as broken as after any failure.
            connection.pgconn.exec_(REFUSED[self._how].encode())
            raise ERRORS[self._how]("the test has made this statement fail")


ERRORS = {
    "canceled": psycopg.errors.QueryCanceled,
    "deadlock": psycopg.errors.DeadlockDetected,
    "memory": psycopg.errors.OutOfMemory,
}


@contextmanager
def failing_at(nth: int = 0, how: str = CUT) -> Iterator[_Counting]:
    """Let the Nth thing asked of the database within fail; with 0 only count."""
    counting = _Counting(nth, how)
    execute, copy, commit = psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit

    def counted_execute(cursor: Any, *words: Any, **more: Any) -> Any:
        if counting.is_due():
            counting.strike(cursor.connection)
        return execute(cursor, *words, **more)

    def counted_copy(cursor: Any, *words: Any, **more: Any) -> Any:
        if counting.is_due():
            counting.strike(cursor.connection)
        return copy(cursor, *words, **more)

    def counted_commit(connection: Any) -> None:
        if counting.is_due():
            if how != CUT:
                return commit(connection)
            counting.strike(connection)
        return commit(connection)

    with (
        patch.object(psycopg.Cursor, "execute", counted_execute),
        patch.object(psycopg.Cursor, "copy", counted_copy),
        patch.object(psycopg.Connection, "commit", counted_commit),
    ):
        yield counting
