"""Many orders, one after the other's thousand: is the last as fast as the first, and does memory stay flat.

The exchange as in bulk, in one process, without a floor: what is compared is the end of the run with its beginning. At
the end single orders are measured once more while an audit recomputes everything beside them.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _audit():
        audited_ms = _singles(exchange, name="audited")
    compared = COMPARED_ORDERS // batch
    first_s, last_s = sum(seconds[:compared]), sum(seconds[-compared:])
    times_first = last_ms["p50"] / first_ms["p50"]
    audited_times_first = audited_ms["p50"] / first_ms["p50"]
    return {
        "orders": total,
        "compared_orders": COMPARED_ORDERS,
        "first_orders_per_s": COMPARED_ORDERS / first_s,
        "last_orders_per_s": COMPARED_ORDERS / last_s,
        "single_order_first_ms": first_ms,
        "single_order_last_ms": last_ms,
        "single_order_audited_ms": audited_ms,
        "times_first": times_first,
        "audited_times_first": audited_times_first,
        "memory_mb": memory,
        "goal_times_first": GOAL_TIMES_FIRST,
        "goal_met": max(times_first, audited_times_first) <= GOAL_TIMES_FIRST,
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


@contextmanager
def _audit() -> Iterator[None]:
    """Have a whole audit at work while the block lasts. Raises RuntimeError when it was over before."""
    command = [sys.executable, "manage.py", "audit"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as audit:
        assert audit.stderr is not None, "what it says is piped"
        said = audit.stderr.readline()
        try:
            yield
            if audit.poll() is not None:
                raise RuntimeError(f"the audit was over before the orders were: {said}{audit.stderr.read()}")
        finally:
            audit.kill()


def resident_mb() -> float:
    """How much memory this process has in use, in megabytes; Linux alone knows it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
