"""Single orders over HTTP while others keep the matching worker half busy.

They are due at a pace and measured from when they were due, so that a pause counts for every order that it held up.
"""

import time

import httpx

from benchmarks import latency
from benchmarks.exchange import Exchange
from benchmarks.flood import flooded
from benchmarks.histogram import Latencies
from benchmarks.overload import SYMBOL

ORDERS_PER_S = 10
GOAL_P99_MS = 100.0


def measure(exchange: Exchange, *, address: str, sustained_per_s: float, seconds: int) -> dict[str, object]:
    """Send orders at a pace while half of the sustained rate is placed and matched in another book."""
    headers = {"Authorization": f"Bearer {exchange.api_key}", "Prefer": "wait=5"}
    taken = Latencies()
    with (
        flooded(SYMBOL, orders_per_s=sustained_per_s / 2, accounts=exchange.trader_accounts[1:]) as flood,
        httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=30) as client,
    ):
        due_s = time.monotonic()
        for number in range(seconds * ORDERS_PER_S):
            due_s += 1 / ORDERS_PER_S
            time.sleep(max(0.0, due_s - time.monotonic()))
            latency.fill(client, latency.ticket(exchange, f"loaded-{number}"))
            taken.note(time.monotonic() - due_s)
    milliseconds = taken.milliseconds()
    return {
        "orders": taken.count,
        "load_orders_per_s": sustained_per_s / 2,
        "flood": flood.answers,
        "milliseconds": milliseconds,
        "goal_p99_ms": GOAL_P99_MS,
        "goal_met": milliseconds["p99"] <= GOAL_P99_MS,
    }
