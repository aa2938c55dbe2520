"""What a second matching worker, and a second door, bring on this machine.

    python -m launch.servers.throwaway -- python -m benchmarks.shards [--rounds N] [--json FILE]

Two books, each traded by accounts of its own. A round is as many orders twice: placed and drained by one process for
both books, and by two, one for each; they take turns, so that whatever else the machine does meets both alike.
A process is what a door or a matching worker runs, without HTTP and without Celery, and begins as a worker does: it has
no book in memory yet.

Then as many orders again, in one book by one process and in sixteen books by two, eight for each.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
os.environ["MARKETOPS_DATABASE_POOL"] = "0"  # the processes are forked, and a pool would be shared with them
django.setup()

from django.db import connections  # noqa: E402 - models load only once Django is set up

from benchmarks import bulk, exchange, machine  # noqa: E402
from benchmarks.exchange import Exchange, Listed  # noqa: E402
from market.matcher.drain import Matcher  # noqa: E402
from market.services import orders  # noqa: E402
from matching import warm  # noqa: E402
from vocabulary import limits  # noqa: E402

SYMBOLS = ("EVEN", "ODD")
ACCOUNTS = 8
BATCHES = 5
ROUND_WITHIN_S = 60
MANY_BOOKS = 16
WAYS = ("place by one", "place by two", "drain by one", "drain by two")
SPREAD = {"one book by one": (1, 1), "sixteen by two": (MANY_BOOKS, 2)}
"""How many books by how many processes."""


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shards")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    warm()
    opened = exchange.opened(account_count=ACCOUNTS)
    listed = [exchange.listed(opened, symbol) for symbol in SYMBOLS]
    for instrument in listed:
        exchange.endow(opened, instrument, lots_each=bulk.LOTS_EACH)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(asked.rounds + 1):
        for workers in (1, 2):
            placed_s, drained_s = _round(opened, listed, workers=workers, name=f"{number}-{workers}")
            if number:  # the first round warms up
                seconds[WAYS[workers - 1]].append(placed_s)
                seconds[WAYS[workers + 1]].append(drained_s)
    figures = {**_figures(seconds), "spread": _spread(opened, rounds=asked.rounds)}
    _show(figures)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine.described(), **figures}, indent=2) + "\n")


def _round(opened: Exchange, listed: list[Listed], *, workers: int, name: str) -> tuple[float, float]:
    """Place a round's orders with so many processes, then drain them with as many; the seconds of both."""
    shares = [listed] if workers == 1 else [[instrument] for instrument in listed]
    placed_s = _side_by_side(_place, [(opened, share, f"{name}-{place}") for place, share in enumerate(shares)])
    drained_s = _side_by_side(_drain, [([instrument.symbol for instrument in share],) for share in shares])
    return placed_s, drained_s


def _side_by_side(work: Any, shares: list[tuple[Any, ...]]) -> float:
    """Run the shares in a process each, from a start in common; the seconds until the last is done."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start, end = (context.Barrier(len(shares) + 1, timeout=ROUND_WITHIN_S) for _ in range(2))
    processes = [context.Process(target=_at_once, args=(work, share, start, end)) for share in shares]
    for process in processes:
        process.start()
    start.wait()
    began = time.perf_counter()
    end.wait()
    took = time.perf_counter() - began
    for process in processes:
        process.join()
        assert process.exitcode == 0, "every process has done its share"
    return took


def _at_once(work: Any, share: tuple[Any, ...], start: Barrier, end: Barrier) -> None:
    prepared = work(*share)
    start.wait()
    try:
        prepared()
    except BaseException:
        end.abort()
        raise
    end.wait()
    connections.close_all()


def _place(opened: Exchange, share: list[Listed], name: str) -> Any:
    chance = random.Random(f"{bulk.SEED} {name}")
    batches = [
        bulk.tickets(
            _of_its_accounts(opened, instrument).trader_accounts,
            [instrument.symbol],
            count=limits.PLACE_BATCH_MAX,
            name=f"{name}-{batch}",
            chance=chance,
        )
        for batch in range(BATCHES)
        for instrument in share
    ]

    def placed() -> None:
        for batch in batches:
            orders.place_many(batch, actor=opened.trader)

    return placed


def _spread(opened: Exchange, *, rounds: int) -> dict[str, Any]:
    """The rates of one book by one process and of sixteen by two, in turns; and the second of the first."""
    books = [exchange.listed(opened, f"SPREAD{number}") for number in range(MANY_BOOKS)]
    for instrument in books:
        exchange.endow(opened, instrument, lots_each=bulk.LOTS_EACH)
    seconds: dict[str, list[float]] = {way: [] for way in SPREAD}
    for number in range(rounds + 1):
        for way, (book_count, workers) in SPREAD.items():
            took = _in_books(opened, books[:book_count], workers=workers, name=f"spread-{number}-{workers}")
            if number:
                seconds[way].append(took)
    one, many = seconds.values()
    count = BATCHES * len(SYMBOLS) * limits.PLACE_BATCH_MAX
    rates = {way: count / statistics.median(of_way) for way, of_way in seconds.items()}
    return {"orders_per_s": rates, "many_of_one": statistics.median(a / b for a, b in zip(one, many, strict=True))}


def _in_books(opened: Exchange, books: list[Listed], *, workers: int, name: str) -> float:
    """Place and drain a round's orders by so many processes with books and accounts of their own; the seconds."""
    shares = [
        (
            opened._replace(trader_accounts=opened.trader_accounts[place::workers]),
            books[place::workers],
            BATCHES * len(SYMBOLS) // workers,
            f"{name}-{place}",
        )
        for place in range(workers)
    ]
    placed_s = _side_by_side(_place_over, shares)
    return placed_s + _side_by_side(_drain, [([book.symbol for book in share[1]],) for share in shares])


def _place_over(opened: Exchange, books: list[Listed], batch_count: int, name: str) -> Any:
    chance, symbols = random.Random(f"{bulk.SEED} {name}"), [book.symbol for book in books]
    batches = [
        bulk.tickets(
            opened.trader_accounts, symbols, count=limits.PLACE_BATCH_MAX, name=f"{name}-{number}", chance=chance
        )
        for number in range(batch_count)
    ]
    return lambda: [orders.place_many(batch, actor=opened.trader) for batch in batches]


def _of_its_accounts(opened: Exchange, instrument: Listed) -> Exchange:
    """Each book is traded by accounts of its own, whoever places the orders."""
    return opened._replace(trader_accounts=opened.trader_accounts[SYMBOLS.index(instrument.symbol) :: len(SYMBOLS)])


def _drain(symbols: list[str]) -> Any:
    matcher = Matcher()
    return lambda: [matcher.drain(symbol) for symbol in symbols]


def _figures(seconds: dict[str, list[float]]) -> dict[str, Any]:
    count = BATCHES * len(SYMBOLS) * limits.PLACE_BATCH_MAX
    rates = {way: count / statistics.median(of_way) for way, of_way in seconds.items()}
    gains = {
        act: statistics.median(
            one / two for one, two in zip(seconds[f"{act} by one"], seconds[f"{act} by two"], strict=True)
        )
        for act in ("place", "drain")
    }
    return {"orders": count, "orders_per_s": rates, "two_of_one": gains}


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['orders']:,} orders a round, two books; medians")
    for way, rate in figures["orders_per_s"].items():
        print(f"  {way:<16}{rate:>10,.0f} orders/s")
    for act, gain in figures["two_of_one"].items():
        print(f"  {act}: two processes do {gain:.2f} times what one does")
    print("placed and drained")
    for way, rate in figures["spread"]["orders_per_s"].items():
        print(f"  {way:<16}{rate:>10,.0f} orders/s")
    print(f"  sixteen books by two processes: {figures['spread']['many_of_one']:.2f} times one book by one")


if __name__ == "__main__":
    main()
