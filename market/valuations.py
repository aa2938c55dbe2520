"""What accounts are worth, read at once for all of them: cash, positions at their marks, maintenance margin."""

from django.conf import settings
from django.db import connection

from market.marks import MARK_TICKS
from market.written_options import OF_OPTIONS, WRITTEN_LOT_MARGIN

# The figures are those of market.margin, for accounts by the hundred.
VALUATIONS = f"""
SELECT a.id AS account_id, a.deposits + COALESCE(v.cash, 0) AS cash,
       a.deposits + COALESCE(v.cash + v.market_value, 0) AS equity,
       COALESCE(v.market_value - v.cost, 0) AS unrealised_profit,
       ceil(COALESCE(v.maintenance, 0) * 100000000) / 100000000 AS maintenance_margin,
       a.margin_call_at, a.liquidating_at
  FROM market_account a
  LEFT JOIN LATERAL (
       SELECT sum(p.cash) AS cash, sum(p.cost) AS cost, sum(p.quantity_lots * m.lot_value) AS market_value,
              sum(CASE WHEN p.quantity_lots < 0 AND m.written_lot_margin IS NOT NULL
                       THEN -p.quantity_lots * m.written_lot_margin
                       ELSE abs(p.quantity_lots * m.lot_value) * m.maintenance_bps * 0.0001 END) AS maintenance
         FROM market_position p
         JOIN (SELECT i.id AS instrument_id, i.tick_size * i.lot_size * {MARK_TICKS} AS lot_value,
                      COALESCE(i.maintenance_margin_bps, %(maintenance_bps)s) AS maintenance_bps,
                      {WRITTEN_LOT_MARGIN} AS written_lot_margin
                 FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
                 {OF_OPTIONS}) m USING (instrument_id)
        WHERE p.account_id = a.id) v ON true
"""
MEMBERS_WORTH = f"""
SELECT m.id AS member_id, w.equity, w.equity - (a.deposits - m.base_deposits) AS worth
  FROM market_classmember m
  JOIN market_account a ON a.id = m.account_id
  JOIN ({VALUATIONS}) w ON w.account_id = m.account_id
 WHERE m.removed_at IS NULL
"""
"""What the grants of members of classes have become: ``worth`` is the equity less what was paid in since the start."""

IN_BREACH = f"""
SELECT w.account_id FROM ({VALUATIONS} WHERE a.kind = 'MARGIN') w
 WHERE (w.maintenance_margin > 0 AND w.equity < w.maintenance_margin)
    OR w.margin_call_at IS NOT NULL OR w.liquidating_at IS NOT NULL
 ORDER BY w.account_id
"""


def in_breach() -> list[int]:
    """The MARGIN accounts whose equity does not cover their maintenance margin, and those that were found so before."""
    with connection.cursor() as cursor:
        cursor.execute(IN_BREACH, rates())
        return [row[0] for row in cursor.fetchall()]


def rates() -> dict[str, int]:
    """The parameter that VALUATIONS asks for."""
    return {"maintenance_bps": settings.MAINTENANCE_MARGIN_BPS}
