"""Giving each account the quantity and the money that a batch's fills moved, and what its holding has cost since."""

import numpy as np
from django.db import connection

import matching
from market import arrays, average_cost
from market.average_cost import Holding
from market.matcher.traded import Integers, sum_by, tick_lots_of
from market.pipelining import Sent
from vocabulary.fees import money_steps
from vocabulary.orders import Side
from vocabulary.units import TradingUnits

Holdings = dict[int, Holding]

HOLDINGS = """
SELECT account_id, quantity_lots, cost * 100000000
  FROM market_position WHERE instrument_id = %s AND account_id = ANY(%s::bigint[])
"""
MOVE_POSITIONS = """
INSERT INTO market_position AS p (account_id, instrument_id, quantity_lots, cash, fees, cost)
SELECT u.account_id, %s, u.lots, u.tick_lots * %s::numeric - u.fee_micros * 0.000001, u.fee_micros * 0.000001,
       u.cost_steps * 0.00000001
  FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
    AS u (account_id, lots, tick_lots, fee_micros, cost_steps)
    ON CONFLICT (account_id, instrument_id) DO UPDATE
   SET quantity_lots = p.quantity_lots + excluded.quantity_lots, cash = p.cash + excluded.cash,
       fees = p.fees + excluded.fees, cost = excluded.cost
"""


def held_before(fills: matching.Records, *, instrument_id: int) -> Holdings:
    """What the accounts of these fills hold, by account id; one that has never traded the instrument is not there."""
    account_ids = np.unique(fills["account_id"])
    with connection.cursor() as cursor:
        cursor.execute(HOLDINGS, [instrument_id, arrays.of_numbers(account_ids.tolist())])
        return {row[0]: Holding(row[1], int(row[2])) for row in cursor.fetchall()}


class PositionMoves:
    """What the fills move, worked out; over all accounts quantity and cash both sum to zero."""

    def __init__(
        self,
        fills: matching.Records,
        *,
        instrument_id: int,
        units: TradingUnits,
        fee_micros: Integers,
        held: Holdings,
    ) -> None:
        sign = np.where(fills["side"] == Side.BUY, 1, -1)
        account_ids, positions = np.unique(fills["account_id"], return_inverse=True)
        signed_lots = sign * fills["last_qty_lots"]
        lots = sum_by(positions, signed_lots, count=len(account_ids))
        tick_lots = sum_by(positions, -sign * tick_lots_of(fills), count=len(account_ids))
        fee_sums = sum_by(positions, fee_micros, count=len(account_ids))
        assert lots.sum() == 0, "what is bought is sold"
        assert tick_lots.sum() == 0, "what is paid is received"
        costs = _costs(fills, signed_lots=signed_lots, units=units, held=held)
        self._parameters = [
            instrument_id,
            units.to_money(1),
            *(arrays.of_numbers(column.tolist()) for column in (account_ids, lots, tick_lots, fee_sums)),
            arrays.of_numbers(costs[account_id] for account_id in account_ids.tolist()),
        ]

    def send(self) -> None:
        """Have them written. Call it in a pipeline."""
        Sent(MOVE_POSITIONS, self._parameters)


def _costs(fills: matching.Records, *, signed_lots: Integers, units: TradingUnits, held: Holdings) -> dict[int, int]:
    """What each account's holding has cost after its fills, in steps of money, one fill after the other."""
    after, steps = dict(held), money_steps(units)
    columns = (fills["account_id"].tolist(), signed_lots.tolist(), fills["last_px_ticks"].tolist())
    for account_id, lots, price_ticks in zip(*columns, strict=True):
        after[account_id] = average_cost.after_fill(
            after.get(account_id, Holding()), signed_lots=lots, lot_price_steps=price_ticks * steps
        )
    return {account_id: holding.cost_steps for account_id, holding in after.items()}
