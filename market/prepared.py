"""Statements of the order path, which the server plans once for a connection and not for each order.

Planning is most of what a statement for a single order costs. The driver prepares a statement that a connection has
seen a few times (psycopg, "Prepared statements"). With Django's own cursors none is seen twice: they put the values
into its text.
"""

from typing import Any

import psycopg
from django.db import connection


def cursor() -> Any:
    """A cursor of Django's that sends a statement and its values apart."""
    connection.ensure_connection()
    plain: Any = psycopg.Cursor(connection.connection)
    return connection.make_cursor(plain)
