"""Many orders, one after the other's thousand: is the last as fast as the first, and does memory stay flat.

The exchange as in bulk, in one process, without a floor: what is compared is the end of the run with its beginning.
"""

import random
import time
from pathlib import Path

from benchmarks import bulk
from benchmarks import exchange as exchanges
from benchmarks.exchange import Exchange
from benchmarks.histogram import Latencies
from market.services import orders
from vocabulary import limits
from vocabulary.orders import Side

SYMBOL = "GROWTH"
COMPARED_ORDERS = 5_000
SINGLES = 200
GOAL_TIMES_FIRST = 1.5
PAGE_BYTES = 4096
MEMORY_EVERY_ORDERS = 25_000


def measure(exchange: Exchange, *, total: int) -> dict[str, object]:
    """Place and match so many orders in batches; the ends of the run, and memory on the way."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=bulk.LOTS_EACH)
    chance, batch = random.Random(bulk.SEED), limits.PLACE_BATCH_MAX
    seconds: list[float] = []
    memory: dict[int, float] = {}
    first_ms = _singles(exchange, name="first")
    for number in range(total // batch):
        tickets = bulk.tickets(exchange.trader_accounts, [SYMBOL], count=batch, name=f"growth-{number}", chance=chance)
        began = time.perf_counter()
        orders.place_many(tickets, actor=exchange.trader)
        assert exchange.matcher.drain(SYMBOL) == batch, "every order is matched"
        seconds.append(time.perf_counter() - began)
        if (number + 1) * batch % MEMORY_EVERY_ORDERS == 0:
            memory[(number + 1) * batch] = resident_mb()
            print(f"  {(number + 1) * batch:>9,} orders, {memory[(number + 1) * batch]:.0f} MB", flush=True)
    last_ms = _singles(exchange, name="last")
    compared = COMPARED_ORDERS // batch
    first_s, last_s = sum(seconds[:compared]), sum(seconds[-compared:])
    times_first = last_ms["p50"] / first_ms["p50"]
    return {
        "orders": total,
        "compared_orders": COMPARED_ORDERS,
        "first_orders_per_s": COMPARED_ORDERS / first_s,
        "last_orders_per_s": COMPARED_ORDERS / last_s,
        "single_order_first_ms": first_ms,
        "single_order_last_ms": last_ms,
        "times_first": times_first,
        "memory_mb": memory,
        "goal_times_first": GOAL_TIMES_FIRST,
        "goal_met": times_first <= GOAL_TIMES_FIRST,
    }


def _singles(exchange: Exchange, *, name: str) -> dict[str, float]:
    """What single orders take, placed and matched, milliseconds."""
    taken = Latencies()
    for number in range(SINGLES):
        side = Side.BUY if number % 2 else Side.SELL
        ticket = exchanges.limit_order(f"{name}-{number}", exchange.trader_accounts[0], SYMBOL, side, 1)
        began = time.perf_counter()
        assert orders.place(ticket, actor=exchange.trader).is_accepted
        exchange.matcher.drain(SYMBOL)
        taken.note(time.perf_counter() - began)
    return taken.milliseconds()


def resident_mb() -> float:
    """How much memory this process has in use, in megabytes; Linux alone knows it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
