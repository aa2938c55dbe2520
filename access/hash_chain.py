"""Rows chained by their digests: whoever changes, removes or slips in one leaves a chain that does not hold.

A row's digest is BLAKE2b over the digest of the row before it and the row's own values. What a chain cannot tell is
that its newest rows are missing: for that its head is noted elsewhere from time to time.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

from django.db import connection

GENESIS = bytes(32)
DIGEST_BYTES = 32


def link(previous: bytes, values: Sequence[object]) -> bytes:
    """The digest of a row with these values that stands after the one with digest ``previous``."""
    canonical = json.dumps([_plain(value) for value in values], sort_keys=True, separators=(",", ":"))
    return blake2b(previous + canonical.encode(), digest_size=DIGEST_BYTES).digest()


def lock_head(table: str) -> bytes:
    """Take the chain of a table to the end of the transaction, one writer at a time, and return its newest digest.

    Take it last: whoever holds it waits for nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"chain of {table}"])
        cursor.execute(f"SELECT digest FROM {table} ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
    return GENESIS if row is None else bytes(row[0])


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:.8f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
