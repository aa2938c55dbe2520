"""Statements sent without waiting for one another: fewer round trips, and work of our own while the server does its.

The driver's pipeline mode (PostgreSQL manual, libpq, "Pipeline Mode"). COPY has no place in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg.pq import PipelineStatus

from market import prepared

Parameters = Sequence[Any] | dict[str, Any]


class Sent:
    """A statement that is under way."""

    def __init__(self, sql: str, parameters: Parameters) -> None:
        self._cursor = prepared.cursor()
        self._cursor.execute(sql, parameters)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows that the statement gives; waits for them while the pipeline is open."""
        return list(self._cursor.fetchall())


def is_pipelined() -> bool:
    """Whether a pipeline is open."""
    raw = connection.connection
    return raw is not None and raw.pgconn.pipeline_status != PipelineStatus.OFF


@contextmanager
def pipelined() -> Iterator[None]:
    """Let the statements that are sent inside follow one another at once; at its end all of them have been answered.

    Call it inside a transaction. An error of a statement comes up at the end at the latest, as the error that Django
    makes of it, and no statement after the failed one is carried out.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
