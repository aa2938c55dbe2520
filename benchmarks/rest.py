"""The REST door against an empty view of its own.

    python -m launch.servers.throwaway -- python -m benchmarks.rest [--quick] [--json FILE]

Four clients over kept connections ask one Daphne for the depth, by price and by order, the ticker and the trades of a
book with fifty levels a side, and place orders, each until it is taken on; no matching worker takes part. Floor: an
authenticated view that does nothing, by the same clients under the same Daphne, in turns with them, so that the ratio
holds on any machine. Budgets are counted everywhere as in an exchange, but never spent.
"""

import argparse
import http.client
import json
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
django.setup()

from benchmarks import exchange, machine  # noqa: E402 - models load only once Django is set up
from benchmarks.exchange import Exchange  # noqa: E402
from benchmarks.served import served  # noqa: E402
from market.services import orders  # noqa: E402
from matching import warm  # noqa: E402
from vocabulary.orders import Side  # noqa: E402

SYMBOL = "REST"
CLIENTS = 4
ACCOUNTS = 16
LEVELS = 50
TICK = Decimal("0.01")
FLOOR = "empty view"


class Kind(NamedTuple):
    """A kind of request: its method and path, what it sends, the answer, and the part of the floor to reach."""

    method: str
    path: str
    body: Callable[[], bytes]
    status: int
    goal: float | None


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rest")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    warm()
    opened = exchange.opened(account_count=ACCOUNTS)
    _fill_book(opened)
    with served(Path(os.environ["MARKETOPS_VAR_DIR"]), matches=False) as address:
        rounds, each = (3, 100) if asked.quick else (9, 300)
        figures = _measure(opened, address=address, rounds=rounds, each=each)
    _show(figures)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine.described(), "rest": figures}, indent=2) + "\n")


def _fill_book(opened: Exchange) -> None:
    """Rest fifty levels of the house on each side. Call it before a matching worker is started."""
    exchange.listed(opened, SYMBOL)
    for level in range(1, LEVELS + 1):
        for side, price in ((Side.SELL, exchange.REFERENCE_PRICE + level * TICK), (Side.BUY, 10 - level * TICK)):
            name = f"house-{side.name}-{level}"
            ticket = exchange.limit_order(name, opened.house_account, SYMBOL, side, 100, price)
            assert orders.place(ticket, actor=opened.house).is_accepted
    opened.matcher.drain(SYMBOL)


def _kinds(opened: Exchange) -> dict[str, Kind]:
    numbers = count()

    def ticket() -> bytes:
        number = next(numbers)
        account = opened.trader_accounts[number % ACCOUNTS]
        order = {"cl_ord_id": f"rest-{number}", "account": account, "symbol": SYMBOL, "side": "BUY"}
        return json.dumps({**order, "ord_type": "LIMIT", "order_qty": "1", "price": "9.00"}).encode()

    book = f"/api/v1/instruments/{SYMBOL}"
    return {
        FLOOR: Kind("GET", "/bench/empty/", bytes, 200, None),
        "depth, 20 levels": Kind("GET", f"{book}/depth/", bytes, 200, 0.7),
        "100 orders of depth": Kind("GET", f"{book}/depth/orders/", bytes, 200, None),
        "ticker": Kind("GET", f"{book}/ticker/", bytes, 200, 0.7),
        "100 trades": Kind("GET", f"{book}/trades/", bytes, 200, None),
        "placing": Kind("POST", "/api/v1/orders/", ticket, 201, 0.4),
    }


def _measure(opened: Exchange, *, address: str, rounds: int, each: int) -> dict[str, object]:
    kinds = _kinds(opened)
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    place = urlsplit(address).netloc
    headers = {"Authorization": f"Bearer {opened.api_key}", "Content-Type": "application/json"}
    with ThreadPoolExecutor(CLIENTS) as clients:
        for number in range(rounds + 1):
            for name, kind in kinds.items():
                began = time.perf_counter()
                asking = [clients.submit(_ask, place, kind, headers, each // CLIENTS) for _ in range(CLIENTS)]
                answered = sum(done.result() for done in asking)
                if number:
                    rates[name].append(answered / (time.perf_counter() - began))
    return {
        name: {
            "per_s": statistics.median(rates[name]),
            "of_floor": statistics.median(map(_ratio, rates[name], rates[FLOOR])),
            "goal": kind.goal,
        }
        for name, kind in kinds.items()
    }


def _ask(place: str, kind: Kind, headers: dict[str, str], times: int) -> int:
    """Send so many requests over one connection; how many were answered as they should be."""
    connection = http.client.HTTPConnection(place, timeout=20)
    for _ in range(times):
        connection.request(kind.method, kind.path, body=kind.body() or None, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == kind.status, said
    connection.close()
    return times


def _ratio(rate: float, floor: float) -> float:
    return rate / floor


def _show(figures: dict[str, object]) -> None:
    print(f"  {'':<20}{'requests/s':>12}{'of the floor':>14}{'goal':>8}")
    for name, figure in figures.items():
        assert isinstance(figure, dict)
        goal = figure["goal"]
        verdict = "" if goal is None else f"{goal:>8.0%}   {'met' if figure['of_floor'] >= goal else 'MISSED'}"
        print(f"  {name:<20}{figure['per_s']:>12,.0f}{figure['of_floor']:>14.1%}{verdict}")


if __name__ == "__main__":
    main()
