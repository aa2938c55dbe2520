"""What waits in a book's inbox, as the core's commands."""

import time
from typing import Any, NamedTuple, Self

import numpy as np
from django.db import connection
from numpy.typing import NDArray

import matching
from market.command_terms import CommandTerms
from vocabulary.commands import CommandKind

COLUMNS = "id, kind, side, ord_type, time_in_force, order_id, account_id, price_ticks, order_qty_lots, terms, reason"
OLDEST = "SELECT id FROM market_inboxcommand WHERE instrument_id = %(instrument_id)s ORDER BY id LIMIT %(count)s"
# The book's row is locked by whoever takes, so that what is read of it here is what the lock's holder reads.
TAKE = f"""
DELETE FROM market_inboxcommand
 WHERE id = ANY(ARRAY({OLDEST}))
   AND EXISTS (SELECT FROM market_book b
                WHERE b.instrument_id = %(instrument_id)s AND b.status = %(status)s AND b.epoch = %(epoch)s
                  AND b.book_version = %(book_version)s AND b.engine_version = %(engine_version)s)
RETURNING {COLUMNS}
"""
LOOK = f"SELECT {COLUMNS} FROM market_inboxcommand WHERE id = ANY(ARRAY({OLDEST}))"
NAMES = ("kind", "side", "ord_type", "time_in_force", "order_id", "account_id", "price_ticks", "order_qty_lots")
assert CommandTerms._fields == matching.TERMS.names, "intake and the core name the terms in one order"


Rows = list[tuple[Any, ...]]


class Waiting(NamedTuple):
    """What was taken from the inbox, as the core's commands; ``reasons`` by the place of a command that has one."""

    commands: matching.Records
    inbox_ids: NDArray[np.int64]
    reasons: dict[int, str]

    @classmethod
    def for_engine(cls, version: int, *, last_time_ns: int) -> Self:
        """The one command that lets another version of the core go on with a book; it came from no inbox."""
        commands = np.zeros(1, dtype=matching.COMMAND)
        commands["kind"] = CommandKind.CHANGE_ENGINE
        commands["price_ticks"] = matching.NO_PRICE
        commands["order_qty_lots"] = version
        commands["transact_time_ns"] = max(last_time_ns + 1, time.time_ns())
        return cls(commands, np.zeros(1, dtype=np.int64), {})


def look(instrument_id: int, *, count: int, last_time_ns: int) -> Waiting | None:
    """A book's oldest commands, left where they are; None when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, {"instrument_id": instrument_id, "count": count})
        return waiting_in(cursor.fetchall(), last_time_ns=last_time_ns)


def oldest(instrument_id: int) -> int | None:
    """The inbox id of the oldest waiting command."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, {"instrument_id": instrument_id, "count": 1})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def waiting_in(found: Rows, *, last_time_ns: int) -> Waiting | None:
    """The commands in rows of TAKE or LOOK, stamped with a time that never runs backwards within the book."""
    if not found:
        return None
    rows = sorted(found)
    columns = np.array([row[:-2] for row in rows], dtype=np.int64)
    commands = np.zeros(len(rows), dtype=matching.COMMAND)
    for place, name in enumerate(NAMES, start=1):
        commands[name] = columns[:, place]
    for place, row in enumerate(rows):
        if row[-2] is not None:
            for name, term in zip(CommandTerms._fields, row[-2], strict=True):
                commands[name][place] = term
    first_ns = max(last_time_ns + 1, time.time_ns())
    commands["transact_time_ns"] = np.arange(first_ns, first_ns + len(rows))
    reasons = {place: row[-1] for place, row in enumerate(rows) if row[-1]}
    return Waiting(commands, columns[:, 0], reasons)
