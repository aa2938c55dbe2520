"""What an agent sees of its market and what it may want, in ticks and lots. No accounts and no clock."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from vocabulary.orders import OrdType, Side, TimeInForce


class OwnOrder(NamedTuple):
    """One of the agent's open limit orders."""

    order_id: int
    side: Side
    price_ticks: int
    leaves_lots: int


@dataclass(frozen=True, slots=True)
class MarketView:
    """One instrument at one moment, and the agent's own part in it. ``elapsed_s`` is the time since the last view."""

    bid_ticks: int | None
    offer_ticks: int | None
    last_ticks: int | None
    reference_ticks: int
    low_limit_ticks: int
    high_limit_ticks: int
    order_qty_lots_max: int
    is_halted: bool
    own_orders: tuple[OwnOrder, ...]
    position_lots: int
    elapsed_s: float


class Place(NamedTuple):
    """The wish to hand in an order. A market order names no price."""

    side: Side
    ord_type: OrdType
    price_ticks: int | None
    order_qty_lots: int
    time_in_force: TimeInForce


class Cancel(NamedTuple):
    """The wish to cancel one of the agent's open orders."""

    order_id: int


Intention = Place | Cancel


class Agent(Protocol):
    """A simulated trader in one instrument. Its only chance is the generator that it was made with."""

    def act(self, view: MarketView) -> list[Intention]:
        """What the agent wants now; cancels come before orders. The same views and seed give the same answers."""
