"""A zero-intelligence trader: acts at random, within what the market allows.

After Gode and Sunder, "Allocative efficiency of markets with zero-intelligence traders" (Journal of Political Economy
101(1), 1993), and the order flow of Farmer, Patelli and Zovko, "The predictive power of zero intelligence in financial
markets" (PNAS 102(6), 2005): market orders, limit orders and cancels arrive as independent Poisson processes, limit
orders at random prices on the near side of the opposite best price.
"""

import math

import numpy as np

from simulation.agents.view import Cancel, Intention, MarketView, Place
from vocabulary.orders import OrdType, Side, TimeInForce

MARKET_ORDER_SHARE = 0.6
MEAN_DISTANCE_BPS = 10
MEAN_LIFE_S = 15.0
MEAN_LOTS = 8.0
LOTS_MAX = 60
OPEN_ORDERS_MAX = 12
ARRIVALS_PER_VIEW_MAX = 3
LEAN_LOTS = 400
LEAN_MAX = 0.3


class ZeroIntelligenceTrader:
    """Places ``rate_per_s`` orders a second on average, both sides alike but for a weak pull back to a flat position.

    The pull keeps the position of a trader who never stops within bounds, and with it the market maker's.
    """

    def __init__(self, *, rate_per_s: float, generator: np.random.Generator) -> None:
        self._rate_per_s = rate_per_s
        self._generator = generator

    def act(self, view: MarketView) -> list[Intention]:
        """Cancel open orders that have lived long enough, and place what arrived since the last view."""
        if view.is_halted:
            return []
        cancels = self._ended(view)
        room = OPEN_ORDERS_MAX - (len(view.own_orders) - len(cancels))
        arrivals = min(int(self._generator.poisson(self._rate_per_s * view.elapsed_s)), ARRIVALS_PER_VIEW_MAX)
        intentions: list[Intention] = list(cancels)
        for _ in range(arrivals):
            place = self._draw(view, may_rest=room > 0)
            if place is not None:
                intentions.append(place)
                room -= place.ord_type is OrdType.LIMIT
        return intentions

    def _ended(self, view: MarketView) -> list[Cancel]:
        ending = 1.0 - math.exp(-view.elapsed_s / MEAN_LIFE_S)
        drawn = self._generator.random(len(view.own_orders))
        return [Cancel(order.order_id) for order, draw in zip(view.own_orders, drawn, strict=True) if draw < ending]

    def _draw(self, view: MarketView, *, may_rest: bool) -> Place | None:
        side = self._side(view)
        lots = min(int(self._generator.geometric(1.0 / MEAN_LOTS)), LOTS_MAX, view.order_qty_lots_max)
        if self._generator.random() < MARKET_ORDER_SHARE:
            if not _may_take(view, side=side):
                return None
            return Place(side, OrdType.MARKET, None, lots, TimeInForce.IOC)
        price_ticks = self._price_ticks(view, side=side)
        if not may_rest or not view.low_limit_ticks <= price_ticks <= view.high_limit_ticks:
            return None
        return Place(side, OrdType.LIMIT, price_ticks, lots, TimeInForce.DAY)

    def _side(self, view: MarketView) -> Side:
        lean = max(-LEAN_MAX, min(LEAN_MAX, view.position_lots / LEAN_LOTS))
        return Side.BUY if self._generator.random() < 0.5 - lean else Side.SELL

    def _price_ticks(self, view: MarketView, *, side: Side) -> int:
        """At least one tick short of the opposite best price, so that a limit order never takes."""
        fallback = view.last_ticks or view.reference_ticks
        mean_ticks = max(1.0, view.reference_ticks * MEAN_DISTANCE_BPS / 10_000)
        distance = int(self._generator.geometric(1.0 / mean_ticks))
        if side is Side.BUY:
            return (view.offer_ticks or fallback) - distance
        return (view.bid_ticks or fallback) + distance


def _may_take(view: MarketView, *, side: Side) -> bool:
    """Whether there is somebody else's order to take: the opposite best price is there and is not the agent's own."""
    touch = view.offer_ticks if side is Side.BUY else view.bid_ticks
    return touch is not None and not any(
        order.side is side.opposite and order.price_ticks == touch for order in view.own_orders
    )
