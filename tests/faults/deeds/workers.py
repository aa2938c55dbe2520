"""Workers that a command kills or holds for ever, workers of two releases, and workers that stand still."""

import sys
import time
from decimal import Decimal
from typing import Any

import matching
from market import shards
from market.matcher.drain import Matcher
from market.matcher.poison.trial import Trial
from market.matcher.watchdog import Watchdog
from market.records import OrderTicket
from market.services import orders
from tests.faults import poisoned_core
from tests.faults.clients import actor_of
from tests.faults.deeds.registry import deed
from vocabulary.orders import OrdType, Side


@deed
def rest(*, people: dict[str, Any], symbol: str, quantities: list[int]) -> list[int]:
    """A house bids for so much at a time, far below the market; the ids of the orders."""
    house = people["house_a"]
    return [
        orders.place(
            _bid(symbol, quantity, account=house["account"], place=place), actor=actor_of(house)
        ).order.order_id
        for place, quantity in enumerate(quantities)
    ]


def _bid(symbol: str, quantity: int, *, account: str, place: int) -> OrderTicket:
    name, price = f"bid-{time.time_ns()}-{place}", Decimal("9.00")
    return OrderTicket(name, account, symbol, Side.BUY, OrdType.LIMIT, Decimal(quantity), price)


@deed
def drain_poisoned(*, symbol: str, way: str, stuck_after_s: float) -> int:
    """Drain a book with a core, and try commands in children with a core, that an order for 666 is too much for."""
    poisoned_core.poison(way)
    trial = Trial(program=(sys.executable, "-m", poisoned_core.__name__, way))
    return Matcher(trial=trial, stuck_after_s=stuck_after_s).drain(symbol, ask_lease=False)


@deed
def drain_as_release(*, symbol: str, later: int) -> int:
    """Drain a book as a worker whose core is so many versions later than this one."""
    matching.ENGINE_VERSION += later
    return Matcher().drain(symbol, ask_lease=False)


@deed
def stand_still(*, symbol: str, for_s: float) -> None:
    """Be a worker that is watched and does nothing at all."""
    watched = Matcher()
    Watchdog(watched.progress, shard_numbers=[shards.shard_of(symbol)], queues=[], pulse=None).start()
    time.sleep(for_s)
