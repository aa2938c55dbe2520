"""Reading the database as it was at one moment, for a moment only, so that an audit hinders nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from vocabulary import limits


@contextmanager
def of_the_database() -> Iterator[None]:
    """Everything read within is of one moment. No statement outlasts AUDIT_SNAPSHOT_MS; nothing can be written."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limits.AUDIT_SNAPSHOT_MS)])
        yield


def fetch(sql: str, parameters: list[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
