"""Writing a batch's outcome: journal, trades, orders, positions and the book's row, each as one set.

The arithmetic on sets is NumPy's, on whole ticks and lots; money appears only where it is written.
"""

from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

import matching
from market import arrays, average_cost, binary_copy
from market.average_cost import Holding
from market.failpoints import failpoint
from market.models.trade import NO_AGGRESSOR
from vocabulary.commands import CommandKind, EventKind
from vocabulary.fees import FREE, FeeRates, money_steps
from vocabulary.orders import LiquiditySide, OrdStatus, OrdType, Side
from vocabulary.rejects import RejectReason
from vocabulary.units import TradingUnits

Integers = NDArray[np.int64]

POSTGRES_EPOCH_US = 946_684_800_000_000
REJECTED_AMENDMENTS = (EventKind.CANCEL_REJECTED, EventKind.REPLACE_REJECTED)
CHANGED_IN_PLACE = (EventKind.REPLACED, EventKind.RESTATED, EventKind.TRIGGERED)
STATE_COLUMNS = ("order_qty_lots", "price_ticks", "cum_qty_lots", "leaves_qty_lots", "hidden_qty_lots")
TRADE_COLUMNS = (
    "instrument_id",
    "trade_seq",
    "command_seq",
    "event_seq",
    "price_ticks",
    "quantity_lots",
    "aggressor_side",
    "buy_order_id",
    "sell_order_id",
    "buy_account_id",
    "sell_account_id",
    "executed_at",
)
FEE_COLUMNS = ("buy_fee_micros", "sell_fee_micros")
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


def settle(
    *,
    instrument_id: int,
    units: TradingUnits,
    high_limit_ticks: int,
    commands: matching.Records,
    events: matching.Records,
    fees: FeeRates = FREE,
) -> Settled:
    """Write trades, orders and positions of a batch. Call it inside the transaction that moves the book.

    ``high_limit_ticks`` is what an order at no price may come to cost at most.
    """
    times_us = commands["transact_time_ns"][events["command_seq"] - events["command_seq"][0]] // 1000
    fills = events[events["kind"] == EventKind.TRADE]
    fill_times_us = times_us[events["kind"] == EventKind.TRADE]
    _replace_terms(commands, events=events)
    _update_orders(events, times_us=times_us, units=units, high_limit_ticks=high_limit_ticks, fees=fees)
    failpoint("settlement.after_orders")
    if len(fills) == 0:
        return Settled(0, None)
    fee_micros = fee_micros_of(fills, fees=fees, units=units)
    columns = trade_rows(fills, times_us=fill_times_us, instrument_id=instrument_id)
    binary_copy.write("market_trade", columns | fee_rows(fills, fee_micros=fee_micros))
    failpoint("settlement.after_trades")
    _move_positions(fills, instrument_id=instrument_id, units=units, fee_micros=fee_micros)
    return Settled(len(fills) // 2, int(fills["last_px_ticks"][-1]))


def trade_rows(fills: matching.Records, *, times_us: Integers, instrument_id: int) -> binary_copy.Columns:
    """The columns of Trade for these fills, whose times are microseconds since 1970.

    One row for each pair of fills: the core gives the maker's, then the taker's; in an auction the buyer's first.
    """
    first, second = fills[0::2], fills[1::2]
    assert np.array_equal(first["trade_seq"], second["trade_seq"]), "every trade has two sides"
    second_buys = second["side"] == Side.BUY
    columns: binary_copy.Columns = {
        "instrument_id": np.full(len(second), instrument_id),
        "trade_seq": second["trade_seq"],
        "command_seq": second["command_seq"],
        "event_seq": second["event_seq"],
        "price_ticks": second["last_px_ticks"],
        "quantity_lots": second["last_qty_lots"],
        "aggressor_side": np.where(second["liquidity"] == LiquiditySide.TAKER, second["side"], NO_AGGRESSOR),
        "buy_order_id": np.where(second_buys, second["order_id"], first["order_id"]),
        "sell_order_id": np.where(second_buys, first["order_id"], second["order_id"]),
        "buy_account_id": np.where(second_buys, second["account_id"], first["account_id"]),
        "sell_account_id": np.where(second_buys, first["account_id"], second["account_id"]),
        "executed_at": times_us[1::2] - POSTGRES_EPOCH_US,
    }
    assert tuple(columns) == TRADE_COLUMNS, "what is written is what verification reads"
    return columns


def fee_micros_of(fills: matching.Records, *, fees: FeeRates, units: TradingUnits) -> Integers:
    """What each fill costs whom it belongs to, in micro-units."""
    if fees == FREE:
        return np.zeros(len(fills), dtype=np.int64)
    columns = (_tick_lots(fills).tolist(), fills["last_qty_lots"].tolist(), fills["liquidity"].tolist())
    charged = [
        fees.micros(tick_lots=tick_lots, lots=lots, liquidity=liquidity, units=units)
        for tick_lots, lots, liquidity in zip(*columns, strict=True)
    ]
    return np.array(charged, dtype=np.int64)


def fee_rows(fills: matching.Records, *, fee_micros: Integers) -> binary_copy.Columns:
    """The columns of Trade that say what each side pays, beside what the journal says of it."""
    first, second = fee_micros[0::2], fee_micros[1::2]
    second_buys = fills["side"][1::2] == Side.BUY
    of_buyer, of_seller = np.where(second_buys, second, first), np.where(second_buys, first, second)
    return dict(zip(FEE_COLUMNS, (of_buyer, of_seller), strict=True))


REPLACE_TERMS = """
UPDATE market_orderterms t
   SET stop_px_ticks = CASE WHEN u.stop_px_ticks > 0 THEN u.stop_px_ticks ELSE t.stop_px_ticks END,
       limit_price_ticks = CASE WHEN u.ord_type = %s THEN NULLIF(u.price_ticks, %s) END,
       protection_px_ticks = CASE WHEN t.protection_px_ticks IS NOT NULL THEN u.price_ticks END
  FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[]) AS u (id, ord_type, price_ticks, stop_px_ticks)
 WHERE t.order_id = u.id
"""


def _replace_terms(commands: matching.Records, *, events: matching.Records) -> None:
    """Bring the terms of replaced orders up to date; only stops and pegged orders have any that a replacement names."""
    names_type = (commands["kind"] == CommandKind.REPLACE) & (commands["ord_type"] > 0)
    if not names_type.any():
        return
    replaced = events["command_seq"][events["kind"] == EventKind.REPLACED] - events["command_seq"][0]
    latest = {int(command["order_id"]): command for command in commands[replaced] if command["ord_type"] > 0}
    if not latest:
        return
    columns = ("order_id", "ord_type", "price_ticks", "stop_px_ticks")
    with connection.cursor() as cursor:
        cursor.execute(
            REPLACE_TERMS,
            [
                OrdType.PEGGED.value,
                matching.NO_PRICE,
                *(arrays.of_numbers(int(command[name]) for command in latest.values()) for name in columns),
            ],
        )


UPDATE_ORDERS = """
UPDATE market_order o
   SET ord_status = u.ord_status, is_open = u.leaves_qty_lots > 0,
       order_qty_lots = u.order_qty_lots,
       price_ticks = NULLIF(u.price_ticks, %(no_price)s),
       cum_qty_lots = u.cum_qty_lots, leaves_qty_lots = u.leaves_qty_lots, hidden_qty_lots = u.hidden_qty_lots,
       cum_tick_lots = o.cum_tick_lots + u.tick_lots,
       reserved_amount = CASE WHEN o.side <> %(buy)s THEN 0
                              ELSE ceil(100000000 * u.leaves_qty_lots * (%(worst_per_lot)s::numeric
                                   + %(worst_money)s::numeric
                                   * CASE WHEN u.price_ticks <> %(no_price)s AND o.ord_type <> %(pegged)s
                                          THEN u.price_ticks
                                          ELSE COALESCE((SELECT t.limit_price_ticks FROM market_orderterms t
                                                          WHERE t.order_id = o.id), %(high_limit)s) END))
                                   / 100000000 END,
       reject_reason = u.reason,
       transact_time = to_timestamp(u.time_us / 1000000.0)
  FROM unnest(%(id)s::bigint[], %(ord_status)s::int[], %(order_qty_lots)s::bigint[], %(price_ticks)s::bigint[],
              %(cum_qty_lots)s::bigint[], %(leaves_qty_lots)s::bigint[], %(hidden_qty_lots)s::bigint[],
              %(tick_lots)s::numeric[], %(reason)s::int[], %(time_us)s::bigint[])
    AS u (id, ord_status, order_qty_lots, price_ticks, cum_qty_lots, leaves_qty_lots, hidden_qty_lots, tick_lots,
          reason, time_us)
 WHERE o.id = u.id
"""


def _update_orders(
    events: matching.Records, *, times_us: Integers, units: TradingUnits, high_limit_ticks: int, fees: FeeRates
) -> None:
    """Bring each order the batch touched to where its last event left it."""
    about_state = (events["order_id"] > 0) & ~np.isin(events["kind"], REJECTED_AMENDMENTS)
    events, times_us = events[about_state], times_us[about_state]
    if len(events) == 0:
        return
    order_ids, positions = np.unique(events["order_id"], return_inverse=True)
    last = np.zeros(len(order_ids), dtype=np.int64)
    last[positions] = np.arange(len(events))
    final = events[last]
    columns = {
        "id": order_ids,
        "ord_status": _statuses(final),
        "tick_lots": _sum_by(positions, _tick_lots(events), count=len(order_ids)),
        "reason": np.where(final["kind"] == EventKind.RESTATED, RejectReason.NONE, final["reason"]),
        "time_us": times_us[last],
        **{name: final[name] for name in STATE_COLUMNS},
    }
    with connection.cursor() as cursor:
        cursor.execute(
            UPDATE_ORDERS,
            {
                "buy": Side.BUY.value,
                "pegged": OrdType.PEGGED.value,
                "no_price": matching.NO_PRICE,
                # What a tick of a lot may cost with its fee, and a lot beside that: the same as FeeRates.cost.
                "worst_money": units.to_money(1) * (1 + fees.worst_rate),
                "worst_per_lot": fees.worst_per_lot,
                "high_limit": high_limit_ticks,
                **{name: arrays.of_numbers(column.tolist()) for name, column in columns.items()},
            },
        )
        assert cursor.rowcount == len(order_ids), "every order that the book knows has its row"


def _statuses(final: matching.Records) -> Integers:
    filled = np.where(final["leaves_qty_lots"] == 0, OrdStatus.FILLED, OrdStatus.PARTIALLY_FILLED)
    changed = np.where(final["cum_qty_lots"] == 0, OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
    statuses = np.where(np.isin(final["kind"], CHANGED_IN_PLACE), changed, filled)
    for kind, status in STATUS_AFTER.items():
        statuses[final["kind"] == kind] = status
    return statuses.astype(np.int64)


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


def _move_positions(fills: matching.Records, *, instrument_id: int, units: TradingUnits, fee_micros: Integers) -> None:
    """Give each account the quantity and the cash that its fills moved; over all accounts both sum to zero."""
    sign = np.where(fills["side"] == Side.BUY, 1, -1)
    account_ids, positions = np.unique(fills["account_id"], return_inverse=True)
    signed_lots = sign * fills["last_qty_lots"]
    lots = _sum_by(positions, signed_lots, count=len(account_ids))
    tick_lots = _sum_by(positions, -sign * _tick_lots(fills), count=len(account_ids))
    fee_sums = _sum_by(positions, fee_micros, count=len(account_ids))
    assert lots.sum() == 0, "what is bought is sold"
    assert tick_lots.sum() == 0, "what is paid is received"
    costs = _costs(fills, account_ids=account_ids, signed_lots=signed_lots, instrument_id=instrument_id, units=units)
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE_POSITIONS,
            [
                instrument_id,
                units.to_money(1),
                *(arrays.of_numbers(column.tolist()) for column in (account_ids, lots, tick_lots, fee_sums)),
                arrays.of_numbers(costs),
            ],
        )


def _costs(
    fills: matching.Records, *, account_ids: Integers, signed_lots: Integers, instrument_id: int, units: TradingUnits
) -> list[int]:
    """What each account's holding has cost after its fills, in steps of money, one fill after the other."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDINGS, [instrument_id, arrays.of_numbers(account_ids.tolist())])
        held = {row[0]: Holding(row[1], int(row[2])) for row in cursor.fetchall()}
    steps = money_steps(units)
    columns = (fills["account_id"].tolist(), signed_lots.tolist(), fills["last_px_ticks"].tolist())
    for account_id, lots, price_ticks in zip(*columns, strict=True):
        held[account_id] = average_cost.after_fill(
            held.get(account_id, Holding()), signed_lots=lots, lot_price_steps=price_ticks * steps
        )
    return [held[account_id].cost_steps for account_id in account_ids.tolist()]


def _tick_lots(events: matching.Records) -> Integers:
    is_trade = events["kind"] == EventKind.TRADE
    return np.where(is_trade, events["last_px_ticks"] * events["last_qty_lots"], 0)


def _sum_by(positions: Integers, values: Integers, *, count: int) -> Integers:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, positions, values)
    return sums
