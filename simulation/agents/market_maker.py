"""A market maker: quotes both sides around what it takes for the fair value, and leans against its inventory.

After Avellaneda and Stoikov, "High-frequency trading in a limit order book" (Quantitative Finance 8(3), 2008),
simplified: a constant spread, and a reservation price that falls in equal measure as the inventory grows.
"""

import numpy as np

from simulation.agents.fundamental import FairValue
from simulation.agents.view import Cancel, Intention, MarketView, Place
from vocabulary.orders import OrdType, Side, TimeInForce

LEVELS = 5
STEP_BPS = 5
LEVEL_LOTS_MIN = 10
LEVEL_LOTS_DRAWN = (20, 61)
INVENTORY_LOTS_PER_STEP = 400
SKEW_STEPS_MAX = 3.0


class MarketMaker:
    """Keeps LEVELS bids and LEVELS offers on a grid of prices one step apart, with the spread in the middle of it.

    On a grid most quotes stay where they are when the middle moves by one step: one is added and one cancelled on
    either side. The middle moves only once the reservation price is a whole step away from it.
    """

    def __init__(self, *, reference_ticks: int, fair_value: FairValue, generator: np.random.Generator) -> None:
        self._step_ticks = max(1, round(reference_ticks * STEP_BPS / 10_000))
        self._fair_value = fair_value
        self._generator = generator
        self._middle: int | None = None

    def act(self, view: MarketView) -> list[Intention]:
        """Cancel what no longer fits the grid and fill the grid up. Does nothing, and forgets nothing, in a halt."""
        if view.is_halted:
            return []
        self._follow(self._reservation_steps(view))
        wanted = [quote for quote in self._grid() if view.low_limit_ticks <= quote[1] <= view.high_limit_ticks]
        quoted_lots = dict.fromkeys(wanted, 0)
        intentions: list[Intention] = []
        for order in view.own_orders:
            if (order.side, order.price_ticks) in quoted_lots:
                quoted_lots[order.side, order.price_ticks] += order.leaves_lots
            else:
                intentions.append(Cancel(order.order_id))
        thin = [quote for quote in wanted if quoted_lots[quote] < min(LEVEL_LOTS_MIN, view.order_qty_lots_max)]
        intentions.extend(self._quote(side, price_ticks, view=view) for side, price_ticks in thin)
        return intentions

    def _reservation_steps(self, view: MarketView) -> float:
        fair_steps = self._fair_value.step(view.elapsed_s) / self._step_ticks
        skew_steps = view.position_lots / INVENTORY_LOTS_PER_STEP
        return fair_steps - max(-SKEW_STEPS_MAX, min(SKEW_STEPS_MAX, skew_steps))

    def _follow(self, reservation_steps: float) -> None:
        if self._middle is None or abs(reservation_steps - self._middle) >= 1.0:
            self._middle = round(reservation_steps)

    def _grid(self) -> list[tuple[Side, int]]:
        """The quotes' sides and prices, best first. The spread is one step, split around the middle."""
        assert self._middle is not None, "the middle follows the first view"
        best_bid_ticks = self._middle * self._step_ticks - self._step_ticks // 2
        best_offer_ticks = best_bid_ticks + self._step_ticks
        away = [level * self._step_ticks for level in range(LEVELS)]
        return [
            quote
            for ticks in away
            for quote in ((Side.BUY, best_bid_ticks - ticks), (Side.SELL, best_offer_ticks + ticks))
        ]

    def _quote(self, side: Side, price_ticks: int, *, view: MarketView) -> Place:
        lots = min(int(self._generator.integers(*LEVEL_LOTS_DRAWN)), view.order_qty_lots_max)
        return Place(side, OrdType.LIMIT, price_ticks, lots, TimeInForce.DAY)
