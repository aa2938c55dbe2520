"""The flow of orders that a stream is made of, drawn from a seed alone.

Limit orders are laid out around a price, the mid, that walks one tick at a time: most of them at an exponentially
distributed distance, the others anywhere up to the end of the tail. Cancels and replaces name a uniformly random order
at rest. A book follows the flow, so that every order named is there and no command is rejected.
"""

import random
from bisect import bisect
from collections.abc import Collection, Iterable
from itertools import accumulate
from typing import NamedTuple, Protocol

from benchmarks.matching.commands import Command
from matching import NO_PRICE, CommandKind
from vocabulary.orders import OrdType, Side, TimeInForce

SEED = 7
BASE_TICKS = 1
LEVELS = 2**17
MOVE_TICKS_MAX = 5

NEW_ORDER, CANCEL, REPLACE = CommandKind.NEW_ORDER.value, CommandKind.CANCEL.value, CommandKind.REPLACE.value
MARKET, LIMIT = OrdType.MARKET.value, OrdType.LIMIT.value
BUY, SELL = Side.BUY.value, Side.SELL.value
DAY, IOC = TimeInForce.DAY.value, TimeInForce.IOC.value


class Shape(NamedTuple):
    """The shares of a flow's commands, where its limit orders lie, and how large its orders are."""

    limits: float
    cancels: float
    markets: float
    iocs: float
    replaces: float
    distance_ticks: float
    tail_ticks: int
    tail_share: float
    mid_moves: float
    ioc_reach_ticks: int
    limit_lots_max: int
    taker_lots_max: int

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares, which sum to 1."""
        return self.limits, self.cancels, self.markets, self.iocs, self.replaces


SHALLOW = Shape(
    limits=0.55,
    cancels=0.35,
    markets=0.03,
    iocs=0.02,
    replaces=0.05,
    distance_ticks=6,
    tail_ticks=150,
    tail_share=0.15,
    mid_moves=0.02,
    ioc_reach_ticks=2,
    limit_lots_max=100,
    taker_lots_max=120,
)
DEEP = SHALLOW._replace(distance_ticks=25, tail_ticks=1_500, mid_moves=0.002, taker_lots_max=420)
SWEEPS = SHALLOW._replace(
    limits=0.80,
    cancels=0.05,
    markets=0.0,
    iocs=0.10,
    distance_ticks=25,
    tail_ticks=300,
    ioc_reach_ticks=40,
    taker_lots_max=1_000,
)
"""A tenth of the commands are large immediate-or-cancel orders, each enough for the orders of many levels."""

STEADY = SHALLOW._replace(
    limits=0.9,
    cancels=0.0,
    markets=0.1,
    iocs=0.0,
    replaces=0.0,
    tail_share=1.0,
    mid_moves=0.0,
    taker_lots_max=100,
)
"""For a SteadyFlow: small trades, and in between the adds and cancels that keep the book at its size."""


class Followed(Protocol):
    """The book that follows a flow."""

    @property
    def orders(self) -> Collection[int]:
        """The ids of the orders at rest."""

    def best(self, side: int) -> int | None:
        """The best price of a side; None when nobody is there."""

    def apply(self, commands: Iterable[Command]) -> None:
        """Apply the commands."""


class Flow:
    """Commands one by one. A cancel or a replace in an empty book becomes a limit order."""

    def __init__(self, shape: Shape, *, book: Followed, seed: int = SEED) -> None:
        self.shape = shape
        self.chance = random.Random(seed)
        self.book = book
        self.mid = BASE_TICKS + LEVELS // 2
        self._last_order_id = 0
        self._entered: list[int] = []
        self._prices: dict[int, int] = {}
        self._quantities: dict[int, int] = {}

    def commands(self, count: int) -> list[Command]:
        """The next ``count`` commands, each of which the book has followed."""
        makers = (self.limit, self.cancel, self._market, self._ioc, self._replace)
        cuts = list(accumulate(self.shape.shares[:-1]))
        chance = self.chance.random
        made: list[Command] = []
        for _ in range(count):
            if chance() < self.shape.mid_moves:
                self.mid += 1 if chance() < 0.5 else -1
            command = makers[bisect(cuts, chance())]()
            self.book.apply((command,))
            made.append(command)
        return made

    def limit(self) -> Command:
        """A limit order somewhere on its own side of the mid, or at it."""
        side = self.side()
        distance = self.distance()
        price = self.mid - distance if side == BUY else self.mid + distance
        return self.entered(side, LIMIT, price, self.lots(self.shape.limit_lots_max))

    def cancel(self) -> Command:
        """A cancel of any order at rest."""
        order_id = self.order_at_rest()
        return self.limit() if order_id is None else (CANCEL, 0, 0, 0, order_id, NO_PRICE, 0)

    def entered(self, side: int, ord_type: int, price: int, order_qty: int) -> Command:
        """A new order that may come to rest and be named later."""
        order_id = self._next_order_id()
        self._entered.append(order_id)
        self._prices[order_id] = price
        self._quantities[order_id] = order_qty
        return NEW_ORDER, side, ord_type, DAY, order_id, price, order_qty

    def order_at_rest(self) -> int | None:
        """A uniformly random one; None when there is none."""
        entered = self._entered
        while entered:
            place = int(self.chance.random() * len(entered))
            order_id = entered[place]
            if order_id in self.book.orders:
                return order_id
            entered[place] = entered[-1]
            entered.pop()
            del self._prices[order_id], self._quantities[order_id]
        return None

    def order_to_replace(self) -> int | None:
        """Any order at rest."""
        return self.order_at_rest()

    def side(self) -> int:
        """Either one."""
        return BUY if self.chance.random() < 0.5 else SELL

    def distance(self) -> int:
        """How many ticks from the mid a limit order lies."""
        if self.chance.random() < self.shape.tail_share:
            return int(self.chance.random() * (self.shape.tail_ticks + 1))
        return int(self.chance.expovariate(1 / self.shape.distance_ticks))

    def lots(self, lots_max: int) -> int:
        """From 1 to ``lots_max``."""
        return 1 + int(self.chance.random() * lots_max)

    def _market(self) -> Command:
        lots = self.lots(self.shape.taker_lots_max)
        return NEW_ORDER, self.side(), MARKET, DAY, self._next_order_id(), NO_PRICE, lots

    def _ioc(self) -> Command:
        side = self.side()
        touch = self.book.best(SELL if side == BUY else BUY) or self.mid
        price = touch + self.shape.ioc_reach_ticks if side == BUY else touch - self.shape.ioc_reach_ticks
        return NEW_ORDER, side, LIMIT, IOC, self._next_order_id(), price, self.lots(self.shape.taker_lots_max)

    def _replace(self) -> Command:
        """Half raise the quantity, half move the price; all of them lose their place in the queue."""
        order_id = self.order_to_replace()
        if order_id is None:
            return self.limit()
        if self.chance.random() < 0.5:
            self._quantities[order_id] += self.lots(self.shape.limit_lots_max)
        else:
            ticks = self.lots(MOVE_TICKS_MAX)
            self._prices[order_id] += ticks if self.chance.random() < 0.5 else -ticks
        return REPLACE, 0, 0, 0, order_id, self._prices[order_id], self._quantities[order_id]

    def _next_order_id(self) -> int:
        self._last_order_id += 1
        return self._last_order_id


class SteadyFlow(Flow):
    """A flow that fills the book to ``orders_wanted`` orders and keeps it there."""

    def __init__(self, shape: Shape, *, book: Followed, orders_wanted: int, seed: int = SEED) -> None:
        super().__init__(shape, book=book, seed=seed)
        self._orders_wanted = orders_wanted

    def limit(self) -> Command:
        """A limit order while the book is too small, otherwise a cancel."""
        return super().limit() if len(self.book.orders) < self._orders_wanted else super().cancel()
