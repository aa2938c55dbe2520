"""PostgreSQL's binary COPY of whole-number tables, to and from NumPy records without touching a row in Python.

The format is PostgreSQL's own: a signature, then for each row the number of columns and for each column its length and
its big-endian bytes (PostgreSQL manual, COPY, "Binary Format").
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from market import arrays
from market.pipelining import Sent, is_pipelined

Columns = dict[str, NDArray[np.int64]]


class Encoded(NamedTuple):
    """Rows as COPY takes them, with the names of their columns."""

    names: tuple[str, ...]
    data: bytearray


SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
TRAILER_BYTES = len(TRAILER)
FEW_ROWS = 64
SINCE_2000 = "timestamptz '2000-01-01 00:00:00+00' + {name} * interval '1 microsecond'"


def are_few(rows: int) -> bool:
    """Whether so many rows go in faster as a statement of a pipeline than by a COPY, with round trips of its own."""
    return rows <= FEW_ROWS


def write(table: str, rows: Columns | Encoded, *, times: Sequence[str] = ()) -> None:
    """Append rows to a table whose named columns are all bigint, or ``times``: microseconds since 2000.

    In a pipeline, where COPY has no place, it sends a statement and does not wait for it.
    """
    with writing(table, rows, times=times):
        pass


@contextmanager
def writing(table: str, rows: Columns | Encoded, *, times: Sequence[str] = ()) -> Iterator[None]:
    """Append rows as ``write`` does; what is done inside is done while the database takes them in.

    Inside, the connection is busy with them, unless a pipeline is open.
    """
    if isinstance(rows, Encoded):
        with _copying(table, rows):
            yield
    elif not _count(rows):
        yield
    elif is_pipelined():
        Sent(_insert(table, list(rows), times=times), [arrays.of_numbers(column.tolist()) for column in rows.values()])
        yield
    else:
        with _copying(table, encoded(rows)):
            yield


@contextmanager
def _copying(table: str, rows: Encoded) -> Iterator[None]:
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(rows.names)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(rows.data)
        connection.connection.pgconn.flush()
        yield


def encoded(columns: Columns) -> Encoded:
    """The rows as COPY takes them, so that they are ready when their turn comes; a pipeline takes none such."""
    names, count = tuple(columns), _count(columns)
    data = bytearray().join((SIGNATURE, _row_of_zeros(names) * count, TRAILER))
    rows = np.frombuffer(data, dtype=_row_dtype(names), count=count, offset=len(SIGNATURE))
    for name in names:
        rows[name] = columns[name]
    return Encoded(names, data)


def _count(columns: Columns) -> int:
    return len(next(iter(columns.values())))


@lru_cache
def _row_of_zeros(names: tuple[str, ...]) -> bytes:
    row = np.zeros(1, dtype=_row_dtype(names))
    row["columns"] = len(names)
    for name in names:
        row[f"bytes_{name}"] = 8
    return row.tobytes()


def _insert(table: str, names: Sequence[str], *, times: Sequence[str]) -> str:
    values = ", ".join(SINCE_2000.format(name=name) if name in times else name for name in names)
    arrays_of_values = ", ".join(["%s::bigint[]"] * len(names))
    listed = ", ".join(names)
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM unnest({arrays_of_values}) AS u ({listed})"


def read(query: str, names: tuple[str, ...], parameters: Sequence[int]) -> Columns:
    """The rows of a query as one int64 array per column; every column must be a bigint and none NULL."""
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy,
    ):
        data = b"".join(bytes(piece) for piece in copy)
    rows = np.frombuffer(data[len(SIGNATURE) : -TRAILER_BYTES], dtype=_row_dtype(names))
    return {name: rows[name].astype(np.int64) for name in names}


@lru_cache
def _row_dtype(names: tuple[str, ...]) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("columns", ">i2")]
    for name in names:
        fields += [(f"bytes_{name}", ">i4"), (name, ">i8")]
    return np.dtype(fields)
