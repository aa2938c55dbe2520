"""A script in the making: every command is applied to a book as it is written, and the queues are kept in view."""

from dataclasses import dataclass

import numpy as np

import matching
from matching import COMMAND, EVENT, CommandKind, EventKind, Records
from simulation.recorded.script import Seat
from vocabulary.orders import OrdType, Side, TimeInForce

EVENT_ROWS = 256
KIND, ORDER_ID, LAST_QTY = (list(EVENT.names or ()).index(name) for name in ("kind", "order_id", "last_qty_lots"))


@dataclass(slots=True)
class Resting:
    """An order in the book. ``recorded_id`` is 0 for one that only stands for quantity."""

    order_id: int
    recorded_id: int
    seat: Seat
    side: Side
    price_ticks: int
    order_qty: int
    leaves_qty: int


NO_TERMS = (0,) * len(matching.TERMS.names or ())


class Draft:
    """Commands, the book that they make, and who stands in it in which order."""

    def __init__(self, *, base_ticks: int, levels: int) -> None:
        self.book = matching.Book.create(base_ticks=base_ticks, levels=levels)
        self.time_ns = 0
        self.is_halted = False
        self._command = np.zeros(1, dtype=COMMAND)
        self._events = np.zeros(EVENT_ROWS, dtype=EVENT)
        self._command_bytes: list[bytes] = []
        self._event_bytes: list[bytes] = []
        self._orders: dict[int, Resting] = {}
        self._queues: dict[tuple[int, int], dict[int, Resting]] = {}

    @property
    def commands(self) -> Records:
        """All commands written."""
        return np.frombuffer(bytearray(b"".join(self._command_bytes)), dtype=COMMAND)

    @property
    def events(self) -> Records:
        """All events that they gave."""
        return np.frombuffer(bytearray(b"".join(self._event_bytes)), dtype=EVENT)

    def queue(self, side: Side, price_ticks: int) -> list[Resting]:
        """The orders at a price, the earliest first."""
        return list(self._queues.get((side, price_ticks), {}).values())

    def is_open(self, resting: Resting) -> bool:
        """Whether an order still rests."""
        return resting.order_id in self._orders

    def enter(self, seat: Seat, side: Side, price_ticks: int, qty: int, *, recorded_id: int = 0) -> Resting:
        """A limit order that rests, behind all others at its price."""
        order_id = len(self._command_bytes) + 1
        resting = Resting(order_id, recorded_id, seat, side, price_ticks, qty, qty)
        self._orders[order_id] = resting
        self._queues.setdefault((side, price_ticks), {})[order_id] = resting
        self._write(CommandKind.NEW_ORDER, resting, OrdType.LIMIT, TimeInForce.DAY)
        return resting

    def take(self, side: Side, price_ticks: int, qty: int) -> int:
        """An aggressive order that takes what rests at a price or better and leaves nothing; returns its order id."""
        order_id = len(self._command_bytes) + 1
        taking = Resting(order_id, 0, Seat.AGGRESSOR, side, price_ticks, qty, qty)
        self._write(CommandKind.NEW_ORDER, taking, OrdType.LIMIT, TimeInForce.IOC)
        return order_id

    def cancel(self, resting: Resting) -> None:
        """Take an order out."""
        self._remove(resting)
        self._write(CommandKind.CANCEL, resting)

    def reduce(self, resting: Resting, qty: int) -> None:
        """Take this much out of an order, which keeps its place; all of it when there is no more."""
        if qty >= resting.leaves_qty:
            self.cancel(resting)
            return
        resting.order_qty -= qty
        resting.leaves_qty -= qty
        self._write(CommandKind.REPLACE, resting)

    def change_phase(self, kind: CommandKind) -> None:
        """Halt or resume."""
        self.is_halted = kind is CommandKind.HALT
        self._write(kind, Resting(0, 0, Seat.RECORDED, Side.BUY, matching.NO_PRICE, 0, 0))

    def _write(
        self,
        kind: CommandKind,
        order: Resting,
        ord_type: OrdType | int = 0,
        time_in_force: TimeInForce | int = 0,
    ) -> None:
        is_about_a_phase = kind in (CommandKind.HALT, CommandKind.RESUME)
        self._command[0] = (
            kind,
            order.side if kind is CommandKind.NEW_ORDER else 0,
            ord_type,
            time_in_force,
            order.order_id,
            0 if is_about_a_phase else order.seat,
            order.price_ticks if kind is not CommandKind.CANCEL else matching.NO_PRICE,
            order.order_qty if kind is not CommandKind.CANCEL else 0,
            self.time_ns,
            *NO_TERMS,
        )
        events = matching.apply(self.book, self._command, buffer=self._events)
        self._command_bytes.append(self._command.tobytes())
        self._event_bytes.append(events.tobytes())
        if len(events) > 1:
            self._note_fills(events)

    def _note_fills(self, events: Records) -> None:
        for event in events.tolist():
            if event[KIND] == EventKind.TRADE and (filled := self._orders.get(event[ORDER_ID])):
                filled.leaves_qty -= event[LAST_QTY]
                if filled.leaves_qty == 0:
                    self._remove(filled)

    def _remove(self, resting: Resting) -> None:
        del self._orders[resting.order_id]
        queue = self._queues[resting.side, resting.price_ticks]
        del queue[resting.order_id]
        if not queue:
            del self._queues[resting.side, resting.price_ticks]
