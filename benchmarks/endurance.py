"""Trading at a steady pace for long: does the memory of a process that takes orders on and matches them stay flat.

The book is emptied from time to time, so that what grows is none of what the exchange has to remember.
"""

import random
import time

import numpy as np

from benchmarks import bulk, growth
from benchmarks import exchange as exchanges
from benchmarks.exchange import Exchange
from market.services import orders

SYMBOL = "ENDURES"
BATCH = 100
PACE_S = 0.5
EMPTIED_EVERY = 40
SAMPLES = 60
SETTLED_PART = 3
"""The first third of the samples is left out: caches fill."""
GOAL_MB_AN_HOUR = 20.0


def measure(exchange: Exchange, *, minutes: float) -> dict[str, object]:
    """Trade for so long; the memory of this process on the way, and the slope of a line through it."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=bulk.LOTS_EACH)
    chance, began, count = random.Random(bulk.SEED), time.monotonic(), 0
    seen: list[tuple[float, float]] = []
    while (now_s := time.monotonic() - began) < minutes * 60:
        _trade(exchange, number=count, chance=chance)
        count += 1
        if now_s >= len(seen) * minutes * 60 / SAMPLES:
            seen.append((now_s / 3600, growth.resident_mb()))
        time.sleep(max(0.0, began + count * PACE_S - time.monotonic()))
    hours, megabytes = zip(*seen[len(seen) // SETTLED_PART :], strict=True)
    slope = float(np.polyfit(hours, megabytes, 1)[0])
    return {
        "minutes": minutes,
        "orders": count * BATCH,
        "memory_mb": [round(each, 1) for _, each in seen],
        "mb_an_hour": slope,
        "goal_mb_an_hour": GOAL_MB_AN_HOUR,
        "goal_met": slope <= GOAL_MB_AN_HOUR,
    }


def _trade(exchange: Exchange, *, number: int, chance: random.Random) -> None:
    name = f"endures-{number}"
    tickets = bulk.tickets(exchange.trader_accounts, [SYMBOL], count=BATCH, name=name, chance=chance)
    orders.place_many(tickets, actor=exchange.trader)
    if number % EMPTIED_EVERY == 0:
        orders.cancel_all_of_book(SYMBOL, actor=exchange.operator)
    exchange.matcher.drain(SYMBOL)
