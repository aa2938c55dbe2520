"""PostgreSQL's binary COPY of whole-number tables, to and from NumPy records without touching a row in Python.

The format is PostgreSQL's own: a signature, then for each row the number of columns and for each column its length and
its big-endian bytes (PostgreSQL manual, COPY, "Binary Format").
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from market import arrays
from market.pipelining import Sent, is_pipelined

Columns = dict[str, NDArray[np.int64]]

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
TRAILER_BYTES = len(TRAILER)
FEW_ROWS = 64
SINCE_2000 = "timestamptz '2000-01-01 00:00:00+00' + {name} * interval '1 microsecond'"


def are_few(rows: int) -> bool:
    """Whether so many rows go in faster as a statement of a pipeline than by a COPY, with round trips of its own."""
    return rows <= FEW_ROWS


def write(table: str, columns: Columns, *, times: Sequence[str] = ()) -> None:
    """Append rows to a table whose named columns are all bigint, or ``times``: microseconds since 2000.

    In a pipeline, where COPY has no place, it sends a statement and does not wait for it.
    """
    with writing(table, columns, times=times):
        pass


@contextmanager
def writing(table: str, columns: Columns, *, times: Sequence[str] = ()) -> Iterator[None]:
    """Append rows as ``write`` does; what is done inside is done while the database takes them in.

    Inside, the connection is busy with them, unless a pipeline is open.
    """
    names = list(columns)
    if len(columns[names[0]]) == 0:
        yield
    elif is_pipelined():
        Sent(_insert(table, names, times=times), [arrays.of_numbers(columns[name].tolist()) for name in names])
        yield
    else:
        data = _encoded(columns, names=names)
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(data)
            connection.connection.pgconn.flush()
            yield


def _encoded(columns: Columns, *, names: Sequence[str]) -> bytes:
    rows = np.zeros(len(columns[names[0]]), dtype=_row_dtype(names))
    rows["columns"] = len(names)
    for name in names:
        rows[f"bytes_{name}"] = 8
        rows[name] = columns[name]
    return SIGNATURE + rows.tobytes() + TRAILER


def _insert(table: str, names: Sequence[str], *, times: Sequence[str]) -> str:
    values = ", ".join(SINCE_2000.format(name=name) if name in times else name for name in names)
    arrays_of_values = ", ".join(["%s::bigint[]"] * len(names))
    listed = ", ".join(names)
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM unnest({arrays_of_values}) AS u ({listed})"


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
