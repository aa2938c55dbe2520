"""How much the database has written, and how much its backend has computed for this process."""

import time
from pathlib import Path
from typing import NamedTuple

from django.db import connection

WAL_BYTES = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
ROWS = "SELECT tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = current_database()"


class Amount(NamedTuple):
    """Rows inserted, updated and deleted, and bytes of the write-ahead log, since some beginning."""

    rows: int
    wal_bytes: int

    def since(self, earlier: "Amount") -> "Amount":
        """What was written between the two."""
        return Amount(self.rows - earlier.rows, self.wal_bytes - earlier.wal_bytes)

    def plus(self, other: "Amount") -> "Amount":
        """Both together."""
        return Amount(self.rows + other.rows, self.wal_bytes + other.wal_bytes)


NOTHING = Amount(0, 0)


def written_so_far() -> Amount:
    """What has been written until now, in the whole database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(ROWS)
        (rows,) = cursor.fetchone()
        cursor.execute(WAL_BYTES)
        (wal_bytes,) = cursor.fetchone()
    return Amount(int(rows), int(wal_bytes))


def computed_s() -> float:
    """The CPU time that this process and its backend of the database have used, in seconds; Linux alone knows it."""
    connection.ensure_connection()
    of_backend_ns = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    return time.process_time() + int(of_backend_ns) / 1e9
