"""A book of 100,000 orders at rest: how soon a worker has it in memory, and how soon one cancel takes all of them out.

In one process: the orders are placed and matched, the book is restored from its last snapshot and the journal after it
as a worker does that takes it over, and at last everything is canceled by one command and settled in one commit.
"""

import random
import time
from decimal import Decimal

from benchmarks import bulk
from benchmarks import exchange as exchanges
from benchmarks.exchange import Exchange
from benchmarks.histogram import Latencies
from market.matcher import restoring
from market.records import OrderTicket
from market.services import orders
from vocabulary import limits
from vocabulary.orders import Side

SYMBOL = "LARGE"
RESTORES = 10
TICKS_BELOW = 390
GOAL_RESTORE_S = 1.0
GOAL_CANCEL_S = limits.MATCH_STUCK_S


def measure(exchange: Exchange, *, resting: int) -> dict[str, object]:
    """Rest so many orders, restore their book some times, cancel them all; seconds."""
    instrument = exchanges.listed(exchange, SYMBOL)
    chance, batch = random.Random(bulk.SEED), limits.PLACE_BATCH_MAX
    for number in range(resting // batch):
        tickets = [_below(exchange, f"rest-{number}-{place}", chance=chance) for place in range(batch)]
        orders.place_many(tickets, actor=exchange.trader)
        assert exchange.matcher.drain(SYMBOL) == batch, "every order is matched"
    restored = Latencies()
    for _ in range(RESTORES):
        began = time.perf_counter()
        hot = restoring.restore(instrument.instrument_id)
        restored.note(time.perf_counter() - began)
    assert hot.book.open_order_count == resting, "every order rests"
    began = time.perf_counter()
    asked = orders.cancel_all_of_book(SYMBOL, actor=exchange.operator)
    assert (asked, exchange.matcher.drain(SYMBOL)) == (resting, 1), "one command cancels all of them"
    canceled_s = time.perf_counter() - began
    restored_ms = restored.milliseconds()
    return {
        "resting": resting,
        "restore_milliseconds": restored_ms,
        "canceled_s": canceled_s,
        "goal_restore_s": GOAL_RESTORE_S,
        "goal_cancel_s": GOAL_CANCEL_S,
        "goal_met": restored_ms["max"] <= GOAL_RESTORE_S * 1000 and canceled_s <= GOAL_CANCEL_S,
    }


def _below(exchange: Exchange, name: str, *, chance: random.Random) -> OrderTicket:
    account = chance.choice(exchange.trader_accounts)
    price = exchanges.REFERENCE_PRICE - Decimal(chance.randint(1, TICKS_BELOW)) / 100
    return exchanges.limit_order(name, account, SYMBOL, Side.BUY, chance.randint(1, bulk.LOTS_MAX), price)
