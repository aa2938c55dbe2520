"""Reading what accounts have at stake, instrument by instrument: one statement for one account or for all.

Whoever is about to decide on an order reads it under the account's lock. Then nothing is missing: only intake adds
orders, under that lock, and a matcher turns an open order into a position, or into nothing, in one commit.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from market.margin import Exposure
from market.marks import MARK_TICKS
from market.written_options import OF_OPTIONS, WRITTEN_LOT_MARGIN
from vocabulary.orders import OrdType, Side

# An order counts with its leaves and with what a replacement that waits adds to them. Where it names no price, its
# worst one is the edge of the price band. It weighs the same as by market.account_rules.weigh.
EXPOSURES = f"""
WITH waiting AS (
    SELECT c.order_id, max(c.order_qty_lots) AS order_qty_lots, max(c.price_ticks) AS price_ticks,
           sum(c.reserved_amount) AS amount
      FROM market_inboxcommand c
     WHERE c.account_id = ANY(%(account_ids)s) AND (c.reserved_amount > 0 OR c.reserved_lots > 0)
     GROUP BY c.order_id
), open AS (
    SELECT o.account_id, o.instrument_id, o.side,
           greatest(o.leaves_qty_lots, w.order_qty_lots - o.cum_qty_lots) AS lots,
           w.price_ticks AS next_ticks, COALESCE(w.amount, 0) AS amount,
           CASE WHEN o.ord_type = %(pegged)s THEN t.limit_price_ticks ELSE o.price_ticks END AS price_ticks
      FROM market_order o
      LEFT JOIN market_orderterms t ON t.order_id = o.id AND o.ord_type = %(pegged)s
      LEFT JOIN waiting w ON w.order_id = o.id
     WHERE o.account_id = ANY(%(account_ids)s) AND o.is_open
), facts AS (
    SELECT i.id AS instrument_id, i.tick_size * i.lot_size AS unit, {MARK_TICKS} AS mark_ticks,
           i.low_limit_ticks, i.high_limit_ticks,
           COALESCE(i.initial_margin_bps, %(initial_bps)s) AS initial_bps,
           COALESCE(i.maintenance_margin_bps, %(maintenance_bps)s) AS maintenance_bps,
           {WRITTEN_LOT_MARGIN} AS written_lot_margin,
           COALESCE(greatest(f.maker_bps, f.taker_bps, 0), 0) * 0.0001 AS fee_rate,
           COALESCE(greatest(f.maker_per_lot, f.taker_per_lot, 0), 0) AS fee_per_lot
      FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
      LEFT JOIN market_feeschedule f ON f.id = b.fee_schedule_id
      {OF_OPTIONS}
), weighed AS (
    SELECT open.account_id, open.instrument_id, open.side, open.lots,
           open.lots * unit * greatest(mark_ticks, price_ticks, next_ticks,
                                       CASE WHEN side = %(buy)s THEN worst_ticks END) AS value,
           open.lots * (unit * greatest(0, CASE WHEN side = %(buy)s THEN worst_ticks - mark_ticks
                                                ELSE mark_ticks - worst_ticks END)
                        + unit * worst_ticks * fee_rate + fee_per_lot) + open.amount AS adverse
      FROM open JOIN facts USING (instrument_id)
     CROSS JOIN LATERAL (SELECT COALESCE(price_ticks, CASE WHEN side = %(buy)s THEN high_limit_ticks
                                                           ELSE low_limit_ticks END) AS worst_ticks) w
), summed AS (
    SELECT account_id, instrument_id, count(*) AS open_orders,
           COALESCE(sum(lots) FILTER (WHERE side = %(buy)s), 0) AS buy_lots,
           COALESCE(sum(lots) FILTER (WHERE side <> %(buy)s), 0) AS sell_lots,
           sum(value) AS value, sum(adverse) AS adverse
      FROM weighed GROUP BY account_id, instrument_id
)
SELECT account_id, instrument_id, COALESCE(p.cash, 0), COALESCE(p.cost, 0), COALESCE(s.open_orders, 0),
       facts.unit * facts.mark_ticks, facts.initial_bps, facts.maintenance_bps, facts.written_lot_margin,
       COALESCE(p.quantity_lots, 0), COALESCE(s.buy_lots, 0), COALESCE(s.sell_lots, 0),
       COALESCE(s.value, 0), COALESCE(s.adverse, 0)
  FROM (SELECT * FROM market_position WHERE account_id = ANY(%(account_ids)s)) p
  FULL JOIN summed s USING (account_id, instrument_id)
  JOIN facts USING (instrument_id)
"""
DEPOSITS = "SELECT id, deposits FROM market_account WHERE id = ANY(%s)"


class Stakes(NamedTuple):
    """What an account has at stake in all.

    ``cash`` is its deposits and what fills have moved, ``cost`` what its positions have cost.
    """

    cash: Decimal
    cost: Decimal
    open_orders: int
    exposures: dict[int, Exposure]


def of_accounts(account_ids: Sequence[int]) -> dict[int, Stakes]:
    """What these accounts have at stake, by account; by instrument within, where there is a position or an order."""
    if not account_ids:
        return {}
    wanted = {
        "account_ids": list(account_ids),
        "buy": Side.BUY.value,
        "pegged": OrdType.PEGGED.value,
        "initial_bps": settings.INITIAL_MARGIN_BPS,
        "maintenance_bps": settings.MAINTENANCE_MARGIN_BPS,
    }
    with connection.cursor() as cursor:
        cursor.execute(DEPOSITS, [list(account_ids)])
        found = {row[0]: Stakes(row[1], Decimal(0), 0, {}) for row in cursor.fetchall()}
        cursor.execute(EXPOSURES, wanted)
        for account_id, instrument_id, cash, cost, open_orders, *figures in cursor.fetchall():
            found[account_id] = _with(found[account_id], instrument_id, (cash, cost, open_orders), figures)
    return found


def _with(stakes: Stakes, instrument_id: int, sums: tuple[Decimal, Decimal, int], figures: list[Any]) -> Stakes:
    lot_value, initial_bps, maintenance_bps, written, position_lots, buy_lots, sell_lots, value, adverse = figures
    stakes.exposures[instrument_id] = Exposure(
        lot_value=lot_value,
        initial_bps=initial_bps,
        maintenance_bps=maintenance_bps,
        written_lot_margin=written,
        position_lots=position_lots,
        buy_lots=int(buy_lots),
        sell_lots=int(sell_lots),
        value=value,
        adverse=adverse,
    )
    cash, cost, open_orders = sums
    return Stakes(stakes.cash + cash, stakes.cost + cost, stakes.open_orders + open_orders, stakes.exposures)
