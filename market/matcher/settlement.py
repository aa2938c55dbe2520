"""Writing a batch's outcome: journal, trades, orders, positions and the book's row, each as one set.

The arithmetic on sets is NumPy's, on whole ticks and lots; money appears only where it is written.
"""

from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

import matching
from market import arrays, binary_copy
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide, OrdStatus, Side
from vocabulary.units import TradingUnits

Integers = NDArray[np.int64]

POSTGRES_EPOCH_US = 946_684_800_000_000
NOT_ABOUT_AN_ORDERS_STATE = (EventKind.CANCEL_REJECTED, EventKind.REPLACE_REJECTED, EventKind.PHASE_CHANGED)
STATUS_AFTER = {
    EventKind.NEW: OrdStatus.NEW,
    EventKind.CANCELED: OrdStatus.CANCELED,
    EventKind.REJECTED: OrdStatus.REJECTED,
    EventKind.EXPIRED: OrdStatus.EXPIRED,
}


class Settled(NamedTuple):
    """What a batch's settlement did, for the book's row and the counters."""

    trade_count: int
    last_px_ticks: int | None


def settle(*, instrument_id: int, units: TradingUnits, commands: matching.Records, events: matching.Records) -> Settled:
    """Write trades, orders and positions of a batch. Call it inside the transaction that moves the book."""
    times_us = commands["transact_time_ns"][events["command_seq"] - events["command_seq"][0]] // 1000
    fills = events[events["kind"] == EventKind.TRADE]
    fill_times_us = times_us[events["kind"] == EventKind.TRADE]
    _update_orders(events, times_us=times_us, units=units)
    if len(fills) == 0:
        return Settled(0, None)
    _write_trades(fills, times_us=fill_times_us, instrument_id=instrument_id)
    _move_positions(fills, instrument_id=instrument_id, units=units)
    return Settled(len(fills) // 2, int(fills["last_px_ticks"][-1]))


def _write_trades(fills: matching.Records, *, times_us: Integers, instrument_id: int) -> None:
    """One row for each pair of fills: the core gives the maker's first, then the taker's."""
    makers, takers = fills[fills["liquidity"] == LiquiditySide.MAKER], fills[fills["liquidity"] == LiquiditySide.TAKER]
    assert (makers["trade_seq"] == takers["trade_seq"]).all(), "every trade has a maker and a taker"
    taker_buys = takers["side"] == Side.BUY
    binary_copy.write(
        "market_trade",
        {
            "instrument_id": np.full(len(takers), instrument_id),
            "trade_seq": takers["trade_seq"],
            "command_seq": takers["command_seq"],
            "event_seq": takers["event_seq"],
            "price_ticks": takers["last_px_ticks"],
            "quantity_lots": takers["last_qty_lots"],
            "aggressor_side": takers["side"],
            "buy_order_id": np.where(taker_buys, takers["order_id"], makers["order_id"]),
            "sell_order_id": np.where(taker_buys, makers["order_id"], takers["order_id"]),
            "buy_account_id": np.where(taker_buys, takers["account_id"], makers["account_id"]),
            "sell_account_id": np.where(taker_buys, makers["account_id"], takers["account_id"]),
            "executed_at": times_us[fills["liquidity"] == LiquiditySide.TAKER] - POSTGRES_EPOCH_US,
        },
    )


UPDATE_ORDERS = """
UPDATE market_order o
   SET ord_status = u.ord_status, is_open = u.leaves_qty_lots > 0,
       order_qty_lots = u.order_qty_lots,
       price_ticks = CASE WHEN o.price_ticks IS NULL THEN NULL ELSE u.price_ticks END,
       cum_qty_lots = u.cum_qty_lots, leaves_qty_lots = u.leaves_qty_lots,
       cum_tick_lots = o.cum_tick_lots + u.tick_lots,
       reserved_amount = CASE WHEN o.side = %s THEN u.leaves_qty_lots * u.price_ticks * %s::numeric ELSE 0 END,
       reject_reason = u.reason,
       transact_time = to_timestamp(u.time_us / 1000000.0)
  FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[],
              %s::int[], %s::bigint[])
    AS u (id, ord_status, order_qty_lots, price_ticks, cum_qty_lots, leaves_qty_lots, tick_lots, reason, time_us)
 WHERE o.id = u.id
"""


def _update_orders(events: matching.Records, *, times_us: Integers, units: TradingUnits) -> None:
    """Bring each order the batch touched to where its last event left it."""
    about_state = ~np.isin(events["kind"], NOT_ABOUT_AN_ORDERS_STATE)
    events, times_us = events[about_state], times_us[about_state]
    if len(events) == 0:
        return
    order_ids, positions = np.unique(events["order_id"], return_inverse=True)
    last = np.zeros(len(order_ids), dtype=np.int64)
    last[positions] = np.arange(len(events))
    final = events[last]
    tick_lots = _sum_by(positions, _tick_lots(events), count=len(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            UPDATE_ORDERS,
            [
                Side.BUY.value,
                units.to_money(1),
                *(
                    arrays.of_numbers(column.tolist())
                    for column in (
                        order_ids,
                        _statuses(final),
                        final["order_qty_lots"],
                        final["price_ticks"],
                        final["cum_qty_lots"],
                        final["leaves_qty_lots"],
                        tick_lots,
                        final["reason"],
                        times_us[last],
                    )
                ),
            ],
        )
        assert cursor.rowcount == len(order_ids), "every order that the book knows has its row"


def _statuses(final: matching.Records) -> Integers:
    filled = np.where(final["leaves_qty_lots"] == 0, OrdStatus.FILLED, OrdStatus.PARTIALLY_FILLED)
    replaced = np.where(final["cum_qty_lots"] == 0, OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
    statuses = np.where(final["kind"] == EventKind.REPLACED, replaced, filled)
    for kind, status in STATUS_AFTER.items():
        statuses[final["kind"] == kind] = status
    return statuses.astype(np.int64)


MOVE_POSITIONS = """
INSERT INTO market_position AS p (account_id, instrument_id, quantity_lots, cash)
SELECT u.account_id, %s, u.lots, u.tick_lots * %s::numeric
  FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[]) AS u (account_id, lots, tick_lots)
    ON CONFLICT (account_id, instrument_id) DO UPDATE
   SET quantity_lots = p.quantity_lots + excluded.quantity_lots, cash = p.cash + excluded.cash
"""


def _move_positions(fills: matching.Records, *, instrument_id: int, units: TradingUnits) -> None:
    """Give each account the quantity and the cash that its fills moved; over all accounts both sum to zero."""
    sign = np.where(fills["side"] == Side.BUY, 1, -1)
    account_ids, positions = np.unique(fills["account_id"], return_inverse=True)
    lots = _sum_by(positions, sign * fills["last_qty_lots"], count=len(account_ids))
    tick_lots = _sum_by(positions, -sign * _tick_lots(fills), count=len(account_ids))
    assert lots.sum() == 0, "what is bought is sold"
    assert tick_lots.sum() == 0, "what is paid is received"
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE_POSITIONS,
            [
                instrument_id,
                units.to_money(1),
                *(arrays.of_numbers(column.tolist()) for column in (account_ids, lots, tick_lots)),
            ],
        )


def _tick_lots(events: matching.Records) -> Integers:
    is_trade = events["kind"] == EventKind.TRADE
    return np.where(is_trade, events["last_px_ticks"] * events["last_qty_lots"], 0)


def _sum_by(positions: Integers, values: Integers, *, count: int) -> Integers:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, positions, values)
    return sums
