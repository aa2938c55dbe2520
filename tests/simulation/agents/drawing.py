"""A toy market for agents: keeps their orders, trades them against a touch, and draws the views that they see."""

import dataclasses

from simulation.agents.view import Cancel, MarketView, OwnOrder
from vocabulary.orders import OrdType

REFERENCE_TICKS = 10_000


def draw_view(**changes):
    """A quiet market with a spread of six ticks around the reference, in which the agent has no part."""
    quiet = MarketView(
        bid_ticks=REFERENCE_TICKS - 3,
        offer_ticks=REFERENCE_TICKS + 3,
        last_ticks=REFERENCE_TICKS,
        reference_ticks=REFERENCE_TICKS,
        low_limit_ticks=REFERENCE_TICKS // 2,
        high_limit_ticks=REFERENCE_TICKS * 3 // 2,
        order_qty_lots_max=1_000_000,
        is_halted=False,
        own_orders=(),
        position_lots=0,
        elapsed_s=0.25,
    )
    return dataclasses.replace(quiet, **changes)


def places(intentions):
    return [intention for intention in intentions if not isinstance(intention, Cancel)]


def cancels(intentions):
    return [intention for intention in intentions if isinstance(intention, Cancel)]


class Blotter:
    """An agent's open orders, when all its limit orders rest and nobody trades with them."""

    def __init__(self):
        self._placed = 0
        self.orders = {}

    def note(self, intentions):
        """Do as the agent wants."""
        for intention in intentions:
            if isinstance(intention, Cancel):
                del self.orders[intention.order_id]
            elif intention.ord_type is OrdType.LIMIT:
                self._placed += 1
                self.orders[self._placed] = OwnOrder(
                    self._placed, intention.side, intention.price_ticks, intention.order_qty_lots
                )

    @property
    def own_orders(self):
        return tuple(self.orders.values())
