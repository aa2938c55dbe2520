"""A book as the public sees it: open quantity by price, kept up from the events of single orders."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from market.feed.frame import PublicEvent
from vocabulary.commands import EventKind
from vocabulary.orders import Side

MOVES_AN_ORDER = frozenset(
    {
        EventKind.NEW,
        EventKind.CANCELED,
        EventKind.REPLACED,
        EventKind.EXPIRED,
        EventKind.RESTATED,
        EventKind.TRADE,
        EventKind.TRIGGERED,
    }
)
"""The kinds after which an order stands where the event says; rejects of any kind leave it where it was."""
NO_PRICE = -1


class Level(NamedTuple):
    """A price and the open quantity at it; 0 when the level is gone."""

    price_ticks: int
    qty_lots: int


class RestingOrder(NamedTuple):
    """What an open order shows, which is its contribution to its level."""

    side: int
    price_ticks: int
    shown_qty_lots: int


class LevelsOfSide:
    """The price levels of one side, and which of them have changed since the changes were last taken.

    A level counts as changed that stood otherwise at the end of any command since, even if it is as it was again by
    now: whoever knows the book as it was in between has to hear of it.
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._qty_lots: dict[int, int] = {}
        self._prices: list[int] = []
        self._before: dict[int, int] = {}
        self._touched: set[int] = set()
        self._changed: set[int] = set()

    def __iter__(self) -> Iterator[Level]:
        prices = reversed(self._prices) if self._side is Side.BUY else iter(self._prices)
        return (Level(price, self._qty_lots[price]) for price in prices)

    @property
    def best(self) -> Level | None:
        """The level that trades first."""
        return next(iter(self), None)

    def add(self, price_ticks: int, *, qty_lots: int) -> None:
        """Add to a level, or take away when ``qty_lots`` is negative."""
        before = self._qty_lots.get(price_ticks, 0)
        after = before + qty_lots
        assert after >= 0, "no level holds less than nothing"
        if price_ticks not in self._changed:
            self._before.setdefault(price_ticks, before)
            self._touched.add(price_ticks)
        if after:
            if not before:
                insort(self._prices, price_ticks)
            self._qty_lots[price_ticks] = after
        elif before:
            del self._prices[bisect_left(self._prices, price_ticks)]
            del self._qty_lots[price_ticks]

    def end_command(self) -> None:
        """Note what is different now that a command is over."""
        if not self._touched:
            return
        for price in self._touched:
            if self._qty_lots.get(price, 0) != self._before[price]:
                self._changed.add(price)
        self._touched.clear()

    def take_changes(self) -> list[Level]:
        """The levels that have changed since the changes were last taken, best first."""
        changed = sorted(self._changed, reverse=self._side is Side.BUY)
        self._before.clear()
        self._changed.clear()
        return [Level(price, self._qty_lots.get(price, 0)) for price in changed]


class BookView:
    """Open orders by id and the levels that they add up to. What orders hide is not in it.

    Between two commands it is what the book is; in the middle of one it may show an order on its way through.
    """

    def __init__(self, orders: Iterable[tuple[int, int, int, int]]) -> None:
        """Begin with open orders that show something, as (order_id, side, price_ticks, shown_qty_lots)."""
        self._orders: dict[int, RestingOrder] = {}
        self.bids = LevelsOfSide(Side.BUY)
        self.offers = LevelsOfSide(Side.SELL)
        for order_id, side, price_ticks, shown_qty_lots in orders:
            self._place(order_id, RestingOrder(side, price_ticks, shown_qty_lots))
        self.end_command()
        self.bids.take_changes()
        self.offers.take_changes()

    def apply(self, event: PublicEvent) -> None:
        """Bring the order that an event is about to where the event left it."""
        if event.kind not in MOVES_AN_ORDER:
            return
        earlier = self._orders.pop(event.order_id, None)
        if earlier is not None:
            self._levels(earlier.side).add(earlier.price_ticks, qty_lots=-earlier.shown_qty_lots)
        shown_qty_lots = event.leaves_qty_lots - event.hidden_qty_lots
        if shown_qty_lots > 0 and event.price_ticks != NO_PRICE:
            self._place(event.order_id, RestingOrder(event.side, event.price_ticks, shown_qty_lots))

    def end_command(self) -> None:
        """Note that the events of a command are over."""
        self.bids.end_command()
        self.offers.end_command()

    def _place(self, order_id: int, order: RestingOrder) -> None:
        self._orders[order_id] = order
        self._levels(order.side).add(order.price_ticks, qty_lots=order.shown_qty_lots)

    def _levels(self, side: int) -> LevelsOfSide:
        return self.bids if side == Side.BUY else self.offers
