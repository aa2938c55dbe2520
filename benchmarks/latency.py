"""One order at a time on a quiet exchange: from POST until the answer says FILLED, beside what it cannot do without.

The floor is the sum of three things measured in turn with the orders: an empty authenticated request to the same
Daphne, the order's rows written bare in two commits, and one round trip of an empty Celery task through a worker like
the matching one.
"""

import logging
import random
import statistics
import time
from collections.abc import Callable
from functools import partial

import httpx

from benchmarks import echo
from benchmarks import exchange as exchanges
from benchmarks.bare_writes import BareWrites
from benchmarks.exchange import Exchange

SYMBOL = "QUIET"
OFFER_LOTS = 10**8
SEED = 20_240_301
PAUSE_MAX_S = 0.03
GOAL_TIMES_FLOOR = 2.0


def open_market(exchange: Exchange) -> BareWrites:
    """List the instrument and rest an offer that no run exhausts. Call it before a matching worker is started."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=1)
    exchanges.house_offers(exchange, instrument, lots=OFFER_LOTS)
    return BareWrites(instrument.instrument_id)


def measure(exchange: Exchange, *, address: str, floor: BareWrites, orders: int, warm_up: int) -> dict[str, object]:
    """Send the orders one by one, the floor's parts in between; the milliseconds of each."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    headers = {"Authorization": f"Bearer {exchange.api_key}", "Prefer": "wait=5"}
    chance = random.Random(SEED)
    timed: dict[str, list[float]] = {"order": [], "empty request": [], "bare writes": [], "task round trip": []}
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=10) as client:
        for number in range(warm_up + orders):
            ticket = _ticket(exchange, number)
            seconds = [_timed(partial(_fill, client, ticket))]
            written = floor.read_back()
            seconds.append(_timed(partial(_empty, client, ticket)))
            seconds.append(_timed(partial(floor.write, written)))
            seconds.append(_timed(echo.round_trip))
            if number >= warm_up:
                for values, value in zip(timed.values(), seconds, strict=True):
                    values.append(1000 * value)
            time.sleep(chance.uniform(0, PAUSE_MAX_S))
    return _figures(timed)


def _ticket(exchange: Exchange, number: int) -> dict[str, str]:
    return {
        "cl_ord_id": f"quiet-{number}",
        "account": exchange.trader_accounts[0],
        "symbol": SYMBOL,
        "side": "BUY",
        "ord_type": "LIMIT",
        "order_qty": "1",
        "price": "10.00",
        "time_in_force": "DAY",
    }


def _fill(client: httpx.Client, ticket: dict[str, str]) -> None:
    answer = client.post("/api/v1/orders/", json=ticket)
    assert answer.status_code == 201, answer.text
    assert answer.json()["ord_status"] == "FILLED", answer.text


def _empty(client: httpx.Client, ticket: dict[str, str]) -> None:
    answer = client.post("/bench/empty/", json=ticket)
    assert answer.status_code == 200, answer.text


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _figures(timed: dict[str, list[float]]) -> dict[str, object]:
    parts = [values for name, values in timed.items() if name != "order"]
    timed["sum of the floor"] = [sum(values) for values in zip(*parts, strict=True)]
    times_floor = statistics.median(timed["order"]) / statistics.median(timed["sum of the floor"])
    return {
        "orders": len(timed["order"]),
        "milliseconds": {name: _percentiles(values) for name, values in timed.items()},
        "times_floor": times_floor,
        "goal_times_floor": GOAL_TIMES_FLOOR,
        "goal_met": times_floor <= GOAL_TIMES_FLOOR,
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}
