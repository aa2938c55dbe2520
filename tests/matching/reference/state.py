"""The state of a book: who stands where, what has been told, and its canonical form."""

import struct
from typing import Any

import numpy as np

from matching.layout import EVENT, LAYOUT_VERSION, NO_PRICE, RESTING_ORDER
from tests.matching.reference.order import Order, Place
from vocabulary.commands import EventKind
from vocabulary.orders import ContingencyType, Side
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason

SHOWS_HIDDEN_QTY = (EventKind.NEW, EventKind.REPLACED, EventKind.RESTATED, EventKind.TRIGGERED, EventKind.TRADE)


class BookState:
    """Orders in the order in which they got their place; counters; rules; the events of the batch."""

    def __init__(self, *, base_ticks: int, levels: int, phase: TradingPhase = TradingPhase.CONTINUOUS) -> None:
        self.base_ticks = base_ticks
        self.levels = levels
        self.phase = phase
        self.command_seq = 0
        self.event_seq = 0
        self.trade_seq = 0
        self.last_px_ticks = 0
        self.reference_ticks = 0
        self.static_band_bps = 0
        self.dynamic_band_bps = 0
        self.allocation: int = AllocationRule.PRICE_TIME
        self.peg_bid_ticks = 0
        self.peg_offer_ticks = 0
        self.open_orders: dict[int, Order] = {}
        self.in_book: list[Order] = []
        self.in_stops: list[Order] = []
        self.acting_queue: list[Order] = []
        self.events: list[tuple[Any, ...]] = []

    def covers(self, price_ticks: int) -> bool:
        return self.base_ticks <= price_ticks < self.base_ticks + self.levels

    def rest(self, order: Order) -> None:
        """To the end of the queue at its price in the BOOK."""
        order.place = Place.BOOK
        order.show_afresh()
        self.in_book.append(order)

    def wait_in_stops(self, order: Order) -> None:
        order.place = Place.STOPS
        self.in_stops.append(order)

    def stand_aside(self, order: Order) -> None:
        order.place = Place.ASIDE

    def join_acting_queue(self, order: Order) -> None:
        order.place = Place.NOWHERE
        self.acting_queue.append(order)

    def leave_place(self, order: Order) -> None:
        for places in (self.in_book, self.in_stops, self.acting_queue):
            if order in places:
                places.remove(order)
        order.place = Place.NOWHERE

    def ranked(self, side: int) -> list[Order]:
        """A side of the BOOK: no price first, then by price; the list is in order of arrival, and sorting is stable."""
        return sorted((order for order in self.in_book if order.side == side), key=rank_in_book)

    def first(self, side: int) -> Order | None:
        """The order that trades next on a side: ``min`` gives the earliest of the best."""
        return min((order for order in self.in_book if order.side == side), key=rank_in_book, default=None)

    def best_price(self, side: int) -> int | None:
        """The best price of a side of the BOOK, whatever stands there at no price."""
        prices = [order.price_ticks for order in self.in_book if order.side == side and order.price_ticks != NO_PRICE]
        if not prices:
            return None
        return max(prices) if side == Side.BUY else min(prices)

    def ranked_stops(self, side: int) -> list[Order]:
        toward_market = 1 if side == Side.BUY else -1
        return sorted(
            (order for order in self.in_stops if order.side == side),
            key=lambda order: toward_market * order.stop_px_ticks,
        )

    def aside(self) -> list[Order]:
        return in_entry_order([order for order in self.open_orders.values() if order.place == Place.ASIDE])

    def in_snapshot_order(self) -> list[Order]:
        return [
            *self.ranked(Side.BUY),
            *self.ranked(Side.SELL),
            *self.ranked_stops(Side.SELL),
            *self.ranked_stops(Side.BUY),
            *self.aside(),
        ]

    def depth(self, side: int) -> list[tuple[int, int, int]]:
        """What depth shows of a side: price, quantity and number of orders, best first."""
        priced = [order for order in self.ranked(side) if order.price_ticks != NO_PRICE]
        prices = list(dict.fromkeys(order.price_ticks for order in priced))
        levels = [[order for order in priced if order.price_ticks == price] for price in prices]
        return [
            (price, sum(order.leaves_qty - order.hidden_qty for order in level), len(level))
            for price, level in zip(prices, levels, strict=True)
        ]

    def tell(self, kind: EventKind, order: Order, *, leaves_qty: int | None = None, **fields: int) -> None:
        """Write an event about an order as it is now."""
        if kind in SHOWS_HIDDEN_QTY:
            fields["hidden_qty_lots"] = order.hidden_qty
        self.write(
            kind=kind,
            side=order.side,
            order_id=order.order_id,
            account_id=order.account_id,
            price_ticks=order.price_ticks,
            order_qty_lots=order.order_qty,
            cum_qty_lots=order.cum_qty,
            leaves_qty_lots=order.leaves_qty if leaves_qty is None else leaves_qty,
            **fields,
        )

    def reject(self, command: dict[str, int], reason: RejectReason, *, kind: EventKind = EventKind.REJECTED) -> None:
        echoed = ("side", "order_id", "account_id", "price_ticks", "order_qty_lots")
        self.write(kind=kind, reason=reason, **{name: command[name] for name in echoed})

    def tell_unknown(self, kind: EventKind, command: dict[str, int]) -> None:
        self.write(
            kind=kind,
            reason=RejectReason.UNKNOWN_ORDER,
            order_id=command["order_id"],
            account_id=command["account_id"],
            price_ticks=NO_PRICE,
        )

    def write(self, **fields: int) -> None:
        self.event_seq += 1
        event = dict.fromkeys(EVENT.names or (), 0)
        event.update(reason=RejectReason.NONE, phase=self.phase)
        event.update(command_seq=self.command_seq, event_seq=self.event_seq)
        event.update(fields)
        self.events.append(tuple(event.values()))

    def snapshot(self) -> bytes:
        """The canonical form: the header, then the open orders as people would rank them."""
        header = struct.pack(
            "<8s15q",
            b"MOPSBOOK",
            LAYOUT_VERSION,
            self.base_ticks,
            self.levels,
            self.phase,
            self.command_seq,
            self.event_seq,
            self.trade_seq,
            len(self.open_orders),
            self.last_px_ticks,
            self.reference_ticks,
            self.static_band_bps,
            self.dynamic_band_bps,
            self.allocation,
            self.peg_bid_ticks,
            self.peg_offer_ticks,
        )
        return header + np.array([_record(order) for order in self.in_snapshot_order()], dtype=RESTING_ORDER).tobytes()


def rank_in_book(order: Order) -> float:
    """The lower, the better."""
    if order.price_ticks == NO_PRICE:
        return float("-inf")
    return -order.price_ticks if order.side == Side.BUY else order.price_ticks


def in_entry_order(orders: list[Order]) -> list[Order]:
    return sorted(orders, key=lambda order: order.entered_seq)


def _record(order: Order) -> tuple[int, ...]:
    contingency, linked, second_linked = ContingencyType.NONE, 0, 0
    if order.partner is not None:
        contingency, linked = ContingencyType.ONE_CANCELS_THE_OTHER, order.partner.order_id
    elif order.parent is not None:
        contingency, linked = ContingencyType.ONE_TRIGGERS_THE_OTHER, order.parent.order_id
    elif order.held:
        linked, second_linked, *_ = [*(held.order_id for held in order.held), 0]
    record = {
        "order_id": order.order_id,
        "account_id": order.account_id,
        "price_ticks": order.price_ticks,
        "order_qty_lots": order.order_qty,
        "leaves_qty_lots": order.leaves_qty,
        "side": order.side,
        "ord_type": order.ord_type,
        "time_in_force": order.time_in_force,
        "place": order.place,
        "exec_inst": order.exec_inst,
        "self_trade_prevention": order.self_trade_prevention,
        "peg_price_type": order.peg_price_type,
        "peg_offset_type": order.peg_offset_type,
        "peg_offset": order.peg_offset,
        "stop_px_ticks": order.stop_px_ticks,
        "limit_price_ticks": order.limit_price_ticks,
        "display_qty_lots": order.display_qty,
        "shown_qty_lots": order.shown_qty if order.place == Place.BOOK else 0,
        "min_qty_lots": order.min_qty,
        "expire_time_ns": order.expire_time_ns,
        "entered_seq": order.entered_seq,
        "contingency_type": contingency,
        "linked_order_id": linked,
        "second_linked_order_id": second_linked,
    }
    return tuple(record[name] for name in RESTING_ORDER.names or ())
