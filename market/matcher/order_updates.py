"""Bringing orders, and the terms of replaced ones, to where a batch left them: one statement for each."""

from typing import Any, NamedTuple, Self

import numpy as np

import matching
from market import arrays
from market.matcher.traded import Integers, sum_by, tick_lots_of
from market.pipelining import Sent
from vocabulary.commands import CommandKind, EventKind
from vocabulary.fees import FeeRates
from vocabulary.orders import OrdStatus, OrdType, Side
from vocabulary.rejects import RejectReason
from vocabulary.units import TradingUnits

REJECTED_AMENDMENTS = (EventKind.CANCEL_REJECTED, EventKind.REPLACE_REJECTED)
CHANGED_IN_PLACE = (EventKind.REPLACED, EventKind.RESTATED, EventKind.TRIGGERED)
STATE_COLUMNS = ("order_qty_lots", "price_ticks", "cum_qty_lots", "leaves_qty_lots", "hidden_qty_lots")
STATUS_AFTER = {
    EventKind.NEW: OrdStatus.NEW,
    EventKind.CANCELED: OrdStatus.CANCELED,
    EventKind.REJECTED: OrdStatus.REJECTED,
    EventKind.EXPIRED: OrdStatus.EXPIRED,
}


REPLACE_TERMS = """
UPDATE market_orderterms t
   SET stop_px_ticks = CASE WHEN u.stop_px_ticks > 0 THEN u.stop_px_ticks ELSE t.stop_px_ticks END,
       limit_price_ticks = CASE WHEN u.ord_type = %s THEN NULLIF(u.price_ticks, %s) END,
       protection_px_ticks = CASE WHEN t.protection_px_ticks IS NOT NULL THEN u.price_ticks END
  FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[]) AS u (id, ord_type, price_ticks, stop_px_ticks)
 WHERE t.order_id = u.id
"""


REPLACED_COLUMNS = ("order_id", "ord_type", "price_ticks", "stop_px_ticks")


class TermsUpdate(NamedTuple):
    """The new terms of replaced orders; only stops and pegged orders have any that a replacement names."""

    parameters: list[Any]

    @classmethod
    def of(cls, commands: matching.Records, *, events: matching.Records) -> Self | None:
        """What the batch's replacements named; None when they named nothing."""
        names_type = (commands["kind"] == CommandKind.REPLACE) & (commands["ord_type"] > 0)
        if not names_type.any():
            return None
        replaced = events["command_seq"][events["kind"] == EventKind.REPLACED] - events["command_seq"][0]
        latest = {int(command["order_id"]): command for command in commands[replaced] if command["ord_type"] > 0}
        if not latest:
            return None
        columns = (arrays.of_numbers(int(command[name]) for command in latest.values()) for name in REPLACED_COLUMNS)
        return cls([OrdType.PEGGED.value, matching.NO_PRICE, *columns])

    def send(self) -> None:
        """Have it written. Call it in a pipeline."""
        Sent(REPLACE_TERMS, self.parameters)


# What the orders held back before is read beside what they hold back now: the difference goes to the running sums.
UPDATE_ORDERS = """
WITH moved AS (
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
  JOIN market_order b ON b.id = u.id
 WHERE o.id = u.id
RETURNING o.account_id, o.reserved_amount - b.reserved_amount AS amount, o.is_open::int - b.is_open::int AS orders,
          CASE WHEN o.side <> %(buy)s AND o.contingency_type = 0 THEN o.leaves_qty_lots - b.leaves_qty_lots
               ELSE 0 END AS sell_lots
), reserved AS (
INSERT INTO market_reservation AS r (account_id, instrument_id, by_matcher, amount, sell_lots, order_count)
SELECT account_id, %(instrument_id)s, true, sum(amount), sum(sell_lots), sum(orders)
  FROM moved GROUP BY account_id
HAVING sum(amount) <> 0 OR sum(sell_lots) <> 0 OR sum(orders) <> 0
 ORDER BY account_id
    ON CONFLICT (account_id, instrument_id, by_matcher) DO UPDATE
   SET amount = r.amount + excluded.amount, sell_lots = r.sell_lots + excluded.sell_lots,
       order_count = r.order_count + excluded.order_count
)
SELECT count(*) FROM moved
"""


class OrdersUpdate(NamedTuple):
    """Where the last event of a batch left each order that the batch touched."""

    parameters: dict[str, Any]
    order_count: int

    @classmethod
    def of(
        cls,
        events: matching.Records,
        *,
        instrument_id: int,
        times_us: Integers,
        units: TradingUnits,
        high_limit_ticks: int,
        fees: FeeRates,
    ) -> Self | None:
        """The states after these events, at their times in microseconds; None when they concern no order's state."""
        about_state = (events["order_id"] > 0) & ~np.isin(events["kind"], REJECTED_AMENDMENTS)
        events, times_us = events[about_state], times_us[about_state]
        if len(events) == 0:
            return None
        order_ids, positions = np.unique(events["order_id"], return_inverse=True)
        last = np.zeros(len(order_ids), dtype=np.int64)
        last[positions] = np.arange(len(events))
        final = events[last]
        columns = {
            "id": order_ids,
            "ord_status": _statuses(final),
            "tick_lots": sum_by(positions, tick_lots_of(events), count=len(order_ids)),
            "reason": np.where(final["kind"] == EventKind.RESTATED, RejectReason.NONE, final["reason"]),
            "time_us": times_us[last],
            **{name: final[name] for name in STATE_COLUMNS},
        }
        parameters = {
            "instrument_id": instrument_id,
            "buy": Side.BUY.value,
            "pegged": OrdType.PEGGED.value,
            "no_price": matching.NO_PRICE,
            # What a tick of a lot may cost with its fee, and a lot beside that: the same as FeeRates.cost.
            "worst_money": units.to_money(1) * (1 + fees.worst_rate),
            "worst_per_lot": fees.worst_per_lot,
            "high_limit": high_limit_ticks,
            **{name: arrays.of_numbers(column.tolist()) for name, column in columns.items()},
        }
        return cls(parameters, len(order_ids))

    def send(self) -> Sent:
        """Have it written. Call it in a pipeline; the number that it gives must be ``order_count``."""
        return Sent(UPDATE_ORDERS, self.parameters)


def _statuses(final: matching.Records) -> Integers:
    filled = np.where(final["leaves_qty_lots"] == 0, OrdStatus.FILLED, OrdStatus.PARTIALLY_FILLED)
    changed = np.where(final["cum_qty_lots"] == 0, OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
    statuses = np.where(np.isin(final["kind"], CHANGED_IN_PLACE), changed, filled)
    for kind, status in STATUS_AFTER.items():
        statuses[final["kind"] == kind] = status
    return statuses.astype(np.int64)
