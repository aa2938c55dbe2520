"""Keeping what accounts were worth, minute by minute, for a bounded time."""

from django.db import connection

from market.valuations import VALUATIONS, rates
from vocabulary import limits

# Written only when something has changed since the last sample, so that accounts at rest cost nothing.
SAMPLE = f"""
INSERT INTO market_equitysample (account_id, sampled_at, cash, equity, unrealised_profit, maintenance_margin)
SELECT w.account_id, date_trunc('minute', clock_timestamp()), w.cash, w.equity, w.unrealised_profit,
       w.maintenance_margin
  FROM ({VALUATIONS}) w
  LEFT JOIN LATERAL (SELECT s.cash, s.equity FROM market_equitysample s
                      WHERE s.account_id = w.account_id ORDER BY s.sampled_at DESC LIMIT 1) last ON true
 WHERE (last.cash, last.equity) IS DISTINCT FROM (w.cash, w.equity)
    ON CONFLICT (account_id, sampled_at) DO NOTHING
"""
EXPIRE = """
DELETE FROM market_equitysample WHERE id IN (
    SELECT id FROM market_equitysample WHERE sampled_at < clock_timestamp() - make_interval(days => %s)
     ORDER BY sampled_at LIMIT %s)
"""


def sample() -> int:
    """Keep what each account is worth this minute, where it has changed; how many samples were written."""
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE, rates())
        return int(cursor.rowcount)


def expire(*, keep_days: int) -> int:
    """Delete the samples that are older than so many days, and return how many; 0 keeps all."""
    expired, count = 0, limits.RETENTION_ROWS_MAX if keep_days else 0
    while count == limits.RETENTION_ROWS_MAX:
        with connection.cursor() as cursor:
            cursor.execute(EXPIRE, [keep_days, limits.RETENTION_ROWS_MAX])
            count = cursor.rowcount
        expired += count
    return expired
