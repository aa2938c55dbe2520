"""PostgreSQL's binary COPY of whole-number tables, to and from NumPy records without touching a row in Python.

The format is PostgreSQL's own: a signature, then for each row the number of columns and for each column its length and
its big-endian bytes (PostgreSQL manual, COPY, "Binary Format").
"""

from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.int64]]

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
TRAILER_BYTES = len(TRAILER)


def write(table: str, columns: Columns) -> None:
    """Append rows to a table whose named columns are all bigint (or timestamps as microseconds since 2000)."""
    names = list(columns)
    count = len(columns[names[0]])
    if count == 0:
        return
    rows = np.zeros(count, dtype=_row_dtype(names))
    rows["columns"] = len(names)
    for name in names:
        rows[f"bytes_{name}"] = 8
        rows[name] = columns[name]
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(SIGNATURE + rows.tobytes() + TRAILER)


def read(query: str, names: Sequence[str], parameters: Sequence[int]) -> Columns:
    """The rows of a query as one int64 array per column; every column must be a bigint and none NULL."""
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy,
    ):
        data = b"".join(bytes(piece) for piece in copy)
    rows = np.frombuffer(data[len(SIGNATURE) : -TRAILER_BYTES], dtype=_row_dtype(names))
    return {name: rows[name].astype(np.int64) for name in names}


def _row_dtype(names: Sequence[str]) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("columns", ">i2")]
    for name in names:
        fields += [(f"bytes_{name}", ">i4"), (name, ">i8")]
    return np.dtype(fields)
