"""A flow in which some limit orders are icebergs, stops and post-only orders instead, and a book of the core follows.

Needs a core whose commands carry the terms of such orders.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from benchmarks.matching.commands import FIELDS, Command, records_of
from benchmarks.matching.flow import BASE_TICKS, BUY, LEVELS, LIMIT, NEW_ORDER, SEED, SHALLOW, Flow, Shape
from matching import COMMAND, EVENT, NO_PRICE, Book, EventKind, Records, apply
from vocabulary.orders import LiquiditySide

STOP = 3
POST_ONLY = 1
TRIGGERED = 21
WOULD_TRADE = 114

ICEBERGS, STOPS, POST_ONLYS = 0.02, 0.015, 0.015
"""Their shares of all commands, taken from the limit orders' share."""

SLICES = 5
DISPLAY_LOTS_MAX = 20
STOP_LOTS_MAX = 40
POST_ONLY_TICKS_OVER = 3
REPLACE_TRIES = 20

KIND, ORDER_ID = FIELDS.index("kind"), FIELDS.index("order_id")


class Terms(NamedTuple):
    """What an order names that a plain one does not."""

    exec_inst: int = 0
    stop_px_ticks: int = 0
    display_qty_lots: int = 0


def is_known_to_the_core() -> bool:
    """Whether commands can carry these terms."""
    return set(Terms._fields) <= set(COMMAND.names or ())


class FollowingBook:
    """A book of the core that follows a flow, order by order."""

    def __init__(self) -> None:
        self.orders: set[int] = set()
        self.terms: dict[int, Terms] = {}
        self._book = Book.create(base_ticks=BASE_TICKS, levels=LEVELS)
        self._buffer = np.zeros(1_000, dtype=EVENT)

    def best(self, side: int) -> int | None:
        """The best price of a side; None when nobody is there."""
        price = self._book.best_bid_ticks if side == BUY else self._book.best_offer_ticks
        return None if price == NO_PRICE else price

    def apply(self, commands: Iterable[Command]) -> None:
        """Apply the commands and learn from their events which orders rest."""
        events = apply(self._book, mixed_records(list(commands), terms=self.terms), buffer=self._buffer)
        for order_id, leaves in zip(events["order_id"].tolist(), events["leaves_qty_lots"].tolist(), strict=True):
            if leaves:
                self.orders.add(order_id)
            else:
                self.orders.discard(order_id)


class MixedFlow(Flow):
    """The flow; its book knows the terms."""

    def __init__(self, shape: Shape = SHALLOW, *, book: FollowingBook, seed: int = SEED) -> None:
        super().__init__(shape, book=book, seed=seed)
        self._terms = book.terms

    def limit(self) -> Command:
        """A limit order, or in its stead one of the three others."""
        kind = self.chance.random() * self.shape.limits
        if kind < ICEBERGS:
            return self._iceberg()
        if kind < ICEBERGS + STOPS:
            return self._stop()
        if kind < ICEBERGS + STOPS + POST_ONLYS:
            return self._post_only()
        return super().limit()

    def order_to_replace(self) -> int | None:
        """A plain one."""
        for _ in range(REPLACE_TRIES):
            order_id = self.order_at_rest()
            if order_id is None or order_id not in self._terms:
                return order_id
        return None

    def _iceberg(self) -> Command:
        display = self.lots(DISPLAY_LOTS_MAX)
        side, distance = self.side(), self.distance()
        price = self.mid - distance if side == BUY else self.mid + distance
        return self._with(Terms(display_qty_lots=display), self.entered(side, LIMIT, price, SLICES * display))

    def _stop(self) -> Command:
        """A stop beyond the mid, for the walk to reach."""
        side, distance = self.side(), 1 + self.distance()
        stop_px = self.mid + distance if side == BUY else self.mid - distance
        command = self.entered(side, STOP, NO_PRICE, self.lots(STOP_LOTS_MAX))
        return self._with(Terms(stop_px_ticks=stop_px), command)

    def _post_only(self) -> Command:
        """An order a little nearer than others are, so that some would trade."""
        side, distance = self.side(), self.distance() - POST_ONLY_TICKS_OVER
        price = self.mid - distance if side == BUY else self.mid + distance
        return self._with(Terms(exec_inst=POST_ONLY), self.entered(side, LIMIT, price, self.lots(DISPLAY_LOTS_MAX)))

    def _with(self, terms: Terms, command: Command) -> Command:
        self._terms[command[ORDER_ID]] = terms
        return command


def mixed_records(commands: list[Command], *, terms: dict[int, Terms]) -> Records:
    """The commands as the core takes them, each new order with its terms."""
    records = records_of(commands)
    for row, command in enumerate(commands):
        named = terms.get(command[ORDER_ID])
        if named is not None and command[KIND] == NEW_ORDER:
            for name, value in named._asdict().items():
                records[row][name] = value
    return records


def taken_paths(commands: Records, events: Records) -> dict[str, int]:
    """How many such orders there are, and how often each did what only such an order does."""
    is_new = commands["kind"] == NEW_ORDER
    display = np.zeros(commands["order_id"].max() + 1, dtype=np.int64)
    display[commands["order_id"][is_new]] = commands["display_qty_lots"][is_new]
    is_maker = (events["kind"] == EventKind.TRADE) & (events["liquidity"] == LiquiditySide.MAKER)
    makers = events[is_maker]
    shown = makers["leaves_qty_lots"] - makers["hidden_qty_lots"]
    # Only a fresh slice shows all of its quantity after a trade, since the slices of an order here are all alike.
    is_reload = (shown > 0) & (shown == display[makers["order_id"]])
    would_trade = (events["kind"] == EventKind.REJECTED) & (events["reason"] == WOULD_TRADE)
    return {
        "icebergs": int((is_new & (commands["display_qty_lots"] > 0)).sum()),
        "iceberg_reloads": int(is_reload.sum()),
        "stops": int((is_new & (commands["ord_type"] == STOP)).sum()),
        "stops_triggered": int((events["kind"] == TRIGGERED).sum()),
        "post_only": int((is_new & (commands["exec_inst"] == POST_ONLY)).sum()),
        "post_only_rejected": int(would_trade.sum()),
    }
