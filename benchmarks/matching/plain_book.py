"""The rival: a book in good pure Python, which is what one writes before one writes a kernel.

A side is a dict of price levels, a level a dict of order ids to open quantities in order of arrival, and a heap holds
the price of each level once; a level that cancels have emptied stays until it would be the best one. A bid's price is
stored negated, so that on either side the lowest key is the best price and one piece of code serves both.

It keeps the core's rules for limit, market and immediate-or-cancel orders, cancels and replaces, and spares itself all
else that the core does: it checks nothing, knows no accounts and writes no events, only fills.
"""

import gc
from collections.abc import Iterable
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import sample
from benchmarks.matching.commands import Command, commands_of
from matching import CommandKind, Records
from vocabulary.orders import OrdType, Side, TimeInForce

NEW_ORDER, CANCEL = CommandKind.NEW_ORDER.value, CommandKind.CANCEL.value
BUY, SELL = Side.BUY.value, Side.SELL.value
MARKET = OrdType.MARKET.value
IOC = TimeInForce.IOC.value
ANY_PRICE = 2**63

Fill = tuple[int, int, int, int]
"""The resting order, the one that met it, the resting order's price and the quantity."""

Level = dict[int, int]


class PlainBook:
    """The orders at rest in one instrument, in dicts and heaps."""

    def __init__(self) -> None:
        self.fills: list[Fill] = []
        self.orders: dict[int, tuple[int, Level, int]] = {}
        """Of each order at rest its side, its level and its quantity when it was entered or last replaced."""
        self._levels: dict[int, dict[int, Level]] = {BUY: {}, SELL: {}}
        self._keys: dict[int, list[int]] = {BUY: [], SELL: []}

    def apply(self, commands: Iterable[Command]) -> None:
        """Apply commands in their order, none of which the core would reject; the fills go to ``fills``."""
        orders = self.orders
        for kind, side, ord_type, time_in_force, order_id, price, order_qty in commands:
            if kind == NEW_ORDER:
                if ord_type == MARKET:
                    self._take(order_id, side, ANY_PRICE, order_qty)
                else:
                    leaves = self._take(order_id, side, price if side == BUY else -price, order_qty)
                    if leaves and time_in_force != IOC:
                        self._rest(order_id, side, price, leaves, order_qty)
            elif kind == CANCEL:
                _, level, _ = orders.pop(order_id)
                del level[order_id]
            else:
                self._replace(order_id, price, order_qty)

    def best(self, side: int) -> int | None:
        """The best price of a side; None when nobody is there."""
        keys, levels = self._keys[side], self._levels[side]
        while keys:
            key = keys[0]
            if levels[key]:
                return abs(key)
            del levels[heappop(keys)]
        return None

    def _replace(self, order_id: int, price: int, order_qty: int) -> None:
        side, level, old_qty = self.orders[order_id]
        leaves = order_qty - old_qty + level[order_id]
        if order_qty <= old_qty and self._levels[side].get(-price if side == BUY else price) is level:
            level[order_id] = leaves
            self.orders[order_id] = side, level, order_qty
            return
        del level[order_id]
        del self.orders[order_id]
        leaves = self._take(order_id, side, price if side == BUY else -price, leaves)
        if leaves:
            self._rest(order_id, side, price, leaves, order_qty)

    def _rest(self, order_id: int, side: int, price: int, leaves: int, order_qty: int) -> None:
        key = -price if side == BUY else price
        levels = self._levels[side]
        level = levels.get(key)
        if level is None:
            level = levels[key] = {}
            heappush(self._keys[side], key)
        level[order_id] = leaves
        self.orders[order_id] = side, level, order_qty

    def _take(self, order_id: int, side: int, reach: int, leaves: int) -> int:
        """Trade with every level whose key is within reach; what is left of the quantity."""
        contra = SELL if side == BUY else BUY
        keys = self._keys[contra]
        if not keys or keys[0] > reach:
            return leaves
        levels = self._levels[contra]
        orders, fills = self.orders, self.fills
        while leaves and keys and keys[0] <= reach:
            key = keys[0]
            level = levels[key]
            price = abs(key)
            done = []
            for maker_id, maker_leaves in level.items():
                if maker_leaves > leaves:
                    level[maker_id] = maker_leaves - leaves
                    fills.append((maker_id, order_id, price, leaves))
                    leaves = 0
                    break
                fills.append((maker_id, order_id, price, maker_leaves))
                done.append(maker_id)
                leaves -= maker_leaves
                if not leaves:
                    break
            for maker_id in done:
                del level[maker_id]
                del orders[maker_id]
            if not level:
                del levels[heappop(keys)]
        return leaves


class PlainContender:
    """A PlainBook fed the whole stream, with Python's garbage collector on or off while it works."""

    def __init__(self, *, collecting: bool) -> None:
        self._collecting = collecting

    def prepare(self, commands: Records, *, head: int) -> None:
        """A book that has had the head of the stream, and the rest as tuples."""
        tuples = commands_of(commands)
        self._book = PlainBook()
        self._book.apply(tuples[:head])
        self._commands = tuples[head:]

    def run(self) -> None:
        """Apply the rest."""
        if not self._collecting:
            gc.disable()
        self._book.apply(self._commands)
        gc.enable()

    def fills(self) -> NDArray[np.int64]:
        """All fills, in their order."""
        return np.array(self._book.fills, dtype=np.int64).reshape(-1, 4)

    def state(self) -> str:
        """How many orders rest."""
        return f"{len(self._book.orders)} orders"


if __name__ == "__main__":
    sample.main(
        {"collecting": lambda: PlainContender(collecting=True), "not": lambda: PlainContender(collecting=False)}
    )
