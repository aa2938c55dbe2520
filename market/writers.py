"""Who writes the rows that trading leaves: a transaction says it, and the database refuses everybody else.

The word is no secret. It keeps a hand at the console, or code that takes a short cut, from changing orders or the
journal by mistake; against who means to, there is the journal's chain.
"""

from enum import StrEnum

from django.db import connection

SETTING = "marketops.writer"


class Writer(StrEnum):
    """Who may write orders, positions, trades and journals (the migration guarded_rows says which of them)."""

    INTAKE = "intake"
    MATCHER = "matcher"
    RETENTION = "retention"
    STAFF = "staff"


def claim(writer: Writer) -> None:
    """Say in whose name this transaction writes, until it ends. Call it inside one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, writer.value])
