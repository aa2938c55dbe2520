"""The reference book: slow, plain and obviously right.

It is written from the rules, not from the kernel: Python integers, one list of orders in the order in which they got
their place, and a search through it for everything.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from matching import COMMAND, EVENT, LAYOUT_VERSION, NO_PRICE, RESTING_ORDER, CommandKind, EventKind
from vocabulary.limits import ORDER_QTY_LOTS_MAX
from vocabulary.orders import LiquiditySide, OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason


@dataclass
class Order:
    """An order in the reference book. Its ``leaves_qty`` is what is open."""

    order_id: int
    account_id: int
    side: int
    price_ticks: int
    order_qty: int
    time_in_force: int
    cum_qty: int = 0

    @property
    def leaves_qty(self) -> int:
        return self.order_qty - self.cum_qty


class ReferenceBook:
    """The rules of the book, one command at a time."""

    def __init__(self, *, base_ticks: int, levels: int, phase: TradingPhase = TradingPhase.CONTINUOUS) -> None:
        self.base_ticks = base_ticks
        self.levels = levels
        self.phase = phase
        self.command_seq = 0
        self.event_seq = 0
        self.trade_seq = 0
        self.resting: list[Order] = []
        self.events: list[tuple[Any, ...]] = []

    @classmethod
    def create(cls, *, base_ticks: int, levels: int, phase: TradingPhase = TradingPhase.CONTINUOUS) -> Self:
        return cls(base_ticks=base_ticks, levels=levels, phase=phase)

    def apply(self, commands: np.ndarray) -> np.ndarray:
        self.events = []
        for row in commands:
            command = dict(zip(COMMAND.names or (), row.item(), strict=True))
            self.command_seq += 1
            handler = {
                CommandKind.NEW_ORDER: self._new_order,
                CommandKind.CANCEL: self._cancel,
                CommandKind.REPLACE: self._replace,
                CommandKind.HALT: self._halt,
                CommandKind.RESUME: self._resume,
            }.get(command["kind"], self._invalid)
            handler(command)
        return np.array(self.events, dtype=EVENT)

    def snapshot(self) -> bytes:
        """The canonical form: the counters, then the orders as people would rank them."""
        ranked = self.ranked(Side.BUY) + self.ranked(Side.SELL)
        header = struct.pack(
            "<8s8q",
            b"MOPSBOOK",
            LAYOUT_VERSION,
            self.base_ticks,
            self.levels,
            self.phase,
            self.command_seq,
            self.event_seq,
            self.trade_seq,
            len(ranked),
        )
        rows = [
            (o.order_id, o.account_id, o.price_ticks, o.order_qty, o.leaves_qty, o.side, o.time_in_force)
            for o in ranked
        ]
        return header + np.array(rows, dtype=RESTING_ORDER).tobytes()

    def digest(self) -> bytes:
        return hashlib.blake2b(self.snapshot(), digest_size=32).digest()

    def ranked(self, side: Side) -> list[Order]:
        """The orders of a side by price, then by time: the list is in order of time, and sorting is stable."""
        better_first = -1 if side == Side.BUY else 1
        return sorted(
            (order for order in self.resting if order.side == side), key=lambda order: better_first * order.price_ticks
        )

    def _new_order(self, command: dict[str, int]) -> None:
        reason = self._why_not_accepted(command)
        if reason is not RejectReason.NONE:
            self._reject(command, reason=reason)
            return
        order = Order(
            order_id=command["order_id"],
            account_id=command["account_id"],
            side=command["side"],
            price_ticks=command["price_ticks"],
            order_qty=command["order_qty_lots"],
            time_in_force=command["time_in_force"],
        )
        self._tell(EventKind.NEW, order)
        if order.time_in_force == TimeInForce.FOK and not self._can_fill_whole(order):
            self._tell(EventKind.CANCELED, order, leaves_qty=0, reason=RejectReason.NOT_FILLABLE)
            return
        self._trade(order)
        if order.leaves_qty == 0:
            return
        if command["ord_type"] == OrdType.LIMIT and order.time_in_force in (TimeInForce.DAY, TimeInForce.GTC):
            self.resting.append(order)
        else:
            self._tell(EventKind.CANCELED, order, leaves_qty=0, reason=RejectReason.NO_LIQUIDITY)

    def _why_not_accepted(self, command: dict[str, int]) -> RejectReason:
        is_understood = (
            command["order_id"] >= 1
            and command["side"] in list(Side)
            and command["ord_type"] in list(OrdType)
            and command["time_in_force"] in list(TimeInForce)
        )
        if not is_understood:
            return RejectReason.INVALID_COMMAND
        if self.phase == TradingPhase.HALTED:
            return RejectReason.INSTRUMENT_HALTED
        if any(order.order_id == command["order_id"] for order in self.resting):
            return RejectReason.DUPLICATE_ORDER
        needs_no_price = command["ord_type"] == OrdType.MARKET and command["price_ticks"] == NO_PRICE
        if not needs_no_price and not self._covers(command["price_ticks"]):
            return RejectReason.PRICE_OUT_OF_RANGE
        if not 1 <= command["order_qty_lots"] <= ORDER_QTY_LOTS_MAX:
            return RejectReason.INCORRECT_QUANTITY
        return RejectReason.NONE

    def _cancel(self, command: dict[str, int]) -> None:
        order = self._find(command)
        if order is None:
            self._tell_unknown(EventKind.CANCEL_REJECTED, command)
            return
        self.resting.remove(order)
        self._tell(EventKind.CANCELED, order, leaves_qty=0)

    def _replace(self, command: dict[str, int]) -> None:
        order = self._find(command)
        if order is None:
            self._tell_unknown(EventKind.REPLACE_REJECTED, command)
            return
        reason = self._why_not_replaced(command, order=order)
        if reason is not RejectReason.NONE:
            self._tell(EventKind.REPLACE_REJECTED, order, reason=reason)
            return
        keeps_priority = command["price_ticks"] == order.price_ticks and command["order_qty_lots"] <= order.order_qty
        order.price_ticks = command["price_ticks"]
        order.order_qty = command["order_qty_lots"]
        self._tell(EventKind.REPLACED, order)
        if keeps_priority:
            return
        self.resting.remove(order)
        self._trade(order)
        if order.leaves_qty:
            self.resting.append(order)

    def _why_not_replaced(self, command: dict[str, int], *, order: Order) -> RejectReason:
        if self.phase == TradingPhase.HALTED:
            return RejectReason.INSTRUMENT_HALTED
        if not self._covers(command["price_ticks"]):
            return RejectReason.PRICE_OUT_OF_RANGE
        if not 1 <= command["order_qty_lots"] <= ORDER_QTY_LOTS_MAX:
            return RejectReason.INCORRECT_QUANTITY
        if command["order_qty_lots"] <= order.cum_qty:
            return RejectReason.NOT_REPLACEABLE
        return RejectReason.NONE

    def _halt(self, command: dict[str, int]) -> None:
        self._change_phase(TradingPhase.HALTED)

    def _resume(self, command: dict[str, int]) -> None:
        self._change_phase(TradingPhase.CONTINUOUS)

    def _change_phase(self, phase: TradingPhase) -> None:
        self.phase = phase
        self._write(kind=EventKind.PHASE_CHANGED, price_ticks=NO_PRICE)

    def _invalid(self, command: dict[str, int]) -> None:
        self._reject(command, reason=RejectReason.INVALID_COMMAND)

    def _trade(self, taker: Order) -> None:
        for maker in list(self._tradable(taker)):
            if taker.leaves_qty == 0:
                return
            quantity = min(taker.leaves_qty, maker.leaves_qty)
            maker.cum_qty += quantity
            taker.cum_qty += quantity
            self.trade_seq += 1
            for order, contra, liquidity in (
                (maker, taker, LiquiditySide.MAKER),
                (taker, maker, LiquiditySide.TAKER),
            ):
                self._tell(
                    EventKind.TRADE,
                    order,
                    liquidity=liquidity,
                    last_px_ticks=maker.price_ticks,
                    last_qty_lots=quantity,
                    contra_order_id=contra.order_id,
                    trade_seq=self.trade_seq,
                )
            if maker.leaves_qty == 0:
                self.resting.remove(maker)

    def _tradable(self, taker: Order) -> Iterator[Order]:
        """What the taker's price lets it trade with, in the order in which it would."""
        for maker in self.ranked(Side(taker.side).opposite):
            too_high = taker.side == Side.BUY and maker.price_ticks > taker.price_ticks
            too_low = taker.side == Side.SELL and maker.price_ticks < taker.price_ticks
            if taker.price_ticks == NO_PRICE or not (too_high or too_low):
                yield maker

    def _can_fill_whole(self, taker: Order) -> bool:
        return sum(maker.leaves_qty for maker in self._tradable(taker)) >= taker.order_qty

    def _covers(self, price_ticks: int) -> bool:
        return self.base_ticks <= price_ticks < self.base_ticks + self.levels

    def _find(self, command: dict[str, int]) -> Order | None:
        for order in self.resting:
            if order.order_id == command["order_id"] and order.account_id == command["account_id"]:
                return order
        return None

    def _reject(self, command: dict[str, int], *, reason: RejectReason) -> None:
        echoed = ("side", "order_id", "account_id", "price_ticks", "order_qty_lots")
        self._write(kind=EventKind.REJECTED, reason=reason, **{name: command[name] for name in echoed})

    def _tell_unknown(self, kind: EventKind, command: dict[str, int]) -> None:
        self._write(
            kind=kind,
            reason=RejectReason.UNKNOWN_ORDER,
            order_id=command["order_id"],
            account_id=command["account_id"],
            price_ticks=NO_PRICE,
        )

    def _tell(self, kind: EventKind, order: Order, *, leaves_qty: int | None = None, **fields: int) -> None:
        self._write(
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

    def _write(self, **fields: int) -> None:
        self.event_seq += 1
        event = dict.fromkeys(EVENT.names or (), 0)
        event.update(reason=RejectReason.NONE, phase=self.phase)
        event.update(command_seq=self.command_seq, event_seq=self.event_seq)
        event.update(fields)
        self.events.append(tuple(event.values()))
