"""Reading what waits for the matcher."""

from django.db import connection

from market.records import WaitingCommand
from vocabulary.commands import CommandKind

OLDEST = """
SELECT c.id, i.symbol, c.kind, c.order_id, EXTRACT(EPOCH FROM clock_timestamp() - c.accepted_at)
  FROM market_inboxcommand c JOIN market_instrument i ON i.id = c.instrument_id
 ORDER BY c.id LIMIT %s
"""


def oldest(*, count: int) -> list[WaitingCommand]:
    """The ``count`` commands that have waited longest, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [count])
        return [
            WaitingCommand(inbox_id, symbol, CommandKind(kind), order_id, float(age_s))
            for inbox_id, symbol, kind, order_id, age_s in cursor.fetchall()
        ]
