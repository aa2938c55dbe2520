"""The order path against its floors: rates in bulk, latencies quiet and under load, halts under overload, growth.

    python -m launch.servers.throwaway -- python -m benchmarks.order_path [PART...] [--quick] [--json FILE]

The parts, the first five when none is named:

bulk      ``orders.place_many`` from eight cash accounts, then ``Matcher.drain``: placed, checked, matched, settled and
          committed, in batches of 1,000 and of 5,000 for one book and of 1,000 for sixteen. Floor: the very same rows
          by binary COPY and set-based UPDATE, in the same number of commits, into tables like the exchange's. Wall time
          in one process; its own CPU time, rows and write-ahead log beside it.
quiet     one request at a time: in the process, over REST (one order with ``Prefer: wait``, and a batch) and over gRPC,
          against real doors and a real Celery worker. Floor: an empty authenticated request, the same rows bare, and
          one empty Celery task there and back where the answer waits for the matcher.
load      single orders over REST, due at a pace, while half of the rate in bulk is placed in another book.
halt      halts under a flood of orders: how soon each is answered, and whether anything trades after it.
overload  a flood for a minute of ten times what a worker made slow matches: cancels, what REST answers to orders, and
          how long the inbox takes to empty.
growth    500,000 orders: the last against the first, also beside an audit, and memory on the way. Takes some minutes.
large     a book of 100,000 orders at rest: restored, and canceled by one command.
endurance trading at a steady pace for 30 minutes: does memory stay flat. ``--quick`` takes one minute.

The servers are PostgreSQL with fsync and synchronous commits and Valkey, made for the run. Their files lie in memory
where there is room, so that a commit costs what PostgreSQL does and not what a disk does: on a disk path and floor
both gain that disk's sync per commit, and their ratio improves.
"""

import argparse
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
django.setup()

import grpc  # noqa: E402 - models load only once Django is set up
import httpx  # noqa: E402

from benchmarks import (  # noqa: E402
    bulk,
    endurance,
    exchange,
    growth,
    large_book,
    latency,
    machine,
    overload,
    tables,
    under_load,
)
from benchmarks.bare_writes import BareWrites  # noqa: E402
from benchmarks.exchange import Exchange  # noqa: E402
from benchmarks.grpc import served as grpc_served  # noqa: E402
from benchmarks.served import served  # noqa: E402
from matching import warm  # noqa: E402

ACCOUNTS = 8
IN_BULK = ((1, 1_000), (1, 5_000), (16, 1_000))
ROUND_ORDERS, QUICK_ROUND_ORDERS = 10_000, 5_000
GROWTH_ORDERS, QUICK_GROWTH_ORDERS = 500_000, 50_000
LARGE_BOOK_ORDERS, QUICK_LARGE_BOOK_ORDERS = 100_000, 20_000
ENDURANCE_MINUTES, QUICK_ENDURANCE_MINUTES = 30, 1
PARTS = ("bulk", "quiet", "load", "halt", "overload", "growth", "large", "endurance")
LONG = {"growth", "large", "endurance"}
SERVED = {"quiet", "load", "halt", "overload"}
SUSTAINED_UNKNOWN = 5_000.0

Figures = dict[str, object]


def main() -> None:
    """Measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.order_path")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {sorted(unknown)[0]}; there are {', '.join(PARTS)}")
    wanted = set(asked.parts) or set(PARTS) - LONG
    logging.getLogger("httpx").setLevel(logging.WARNING)
    warm()
    opened = exchange.opened(account_count=ACCOUNTS)
    result: Figures = {"machine": machine.described()}
    for name, figures in _measured(opened, wanted=wanted, is_quick=asked.quick):
        result[name] = figures
        if asked.json:
            asked.json.write_text(json.dumps(result, indent=2) + "\n")


def _measured(opened: Exchange, *, wanted: set[str], is_quick: bool) -> Iterator[tuple[str, Figures]]:
    """The figures of each part as it ends, shown."""
    sustained = SUSTAINED_UNKNOWN
    if "bulk" in wanted:
        for books, size in IN_BULK:
            figures = _bulk(opened, books=books, size=size, is_quick=is_quick)
            sustained = min(sustained, float(str(figures["service_orders_per_s"]))) if books == 1 else sustained
            yield f"bulk_{books}_{size}", figures
    if "growth" in wanted:
        figures = growth.measure(opened, total=QUICK_GROWTH_ORDERS if is_quick else GROWTH_ORDERS)
        tables.show_growth(figures)
        yield "growth", figures
    if "large" in wanted:
        resting = QUICK_LARGE_BOOK_ORDERS if is_quick else LARGE_BOOK_ORDERS
        figures = large_book.measure(opened, resting=resting)
        tables.show_large_book(figures)
        yield "large", figures
    if "endurance" in wanted:
        minutes = QUICK_ENDURANCE_MINUTES if is_quick else ENDURANCE_MINUTES
        figures = endurance.measure(opened, minutes=minutes)
        tables.show_endurance(figures)
        yield "endurance", figures
    if wanted & SERVED:
        yield from _served(opened, wanted=wanted, sustained=sustained, is_quick=is_quick)


def _bulk(opened: Exchange, *, books: int, size: int, is_quick: bool) -> Figures:
    batches = (QUICK_ROUND_ORDERS if is_quick else ROUND_ORDERS) // size
    figures = bulk.measure(
        opened,
        name=f"B{books}X{size}N",
        instrument_count=books,
        batch_size=size,
        rounds=3 if is_quick else 7,
        batches=batches,
    )
    tables.show_bulk(figures, title=f"In batches of {size:,}, {books} book{'s' if books > 1 else ''}")
    return figures


def _served(opened: Exchange, *, wanted: set[str], sustained: float, is_quick: bool) -> Iterator[tuple[str, Figures]]:
    floor, flooded = latency.open_market(opened), overload.open_market(opened)
    count = 100 if is_quick else 500
    if "quiet" in wanted:
        yield from _ways(latency.by_service(opened, floor=floor), floor=floor, count=count)
    var = Path(os.environ["MARKETOPS_VAR_DIR"])
    with served(var) as address:
        if "quiet" in wanted:
            yield from _quiet_doors(opened, address=address, floor=floor, count=count)
        if "load" in wanted:
            seconds = 10 if is_quick else 30
            figures = under_load.measure(opened, address=address, sustained_per_s=sustained, seconds=seconds)
            tables.show_load(figures)
            yield "load", figures
        if "halt" in wanted:
            figures = overload.measure_halts(opened, flooded, halts=20 if is_quick else 100)
            tables.show_halts(figures)
            yield "halt", figures
        if "overload" in wanted:
            seconds = 15 if is_quick else 60
            figures = overload.measure_overload(opened, flooded, address=address, var=var, seconds=seconds)
            tables.show_overload(figures)
            yield "overload", figures


def _quiet_doors(opened: Exchange, *, address: str, floor: BareWrites, count: int) -> Iterator[tuple[str, Figures]]:
    headers = {"Authorization": f"Bearer {opened.api_key}", "Prefer": "wait=5"}
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=10) as client:
        yield from _ways(latency.by_rest(opened, client, floor=floor), floor=floor, count=count)
    with _grpc_channel() as channel:
        yield from _ways(latency.by_grpc(opened, channel, floor=floor), floor=floor, count=count)


@contextmanager
def _grpc_channel() -> Iterator[grpc.Channel]:
    with grpc_served() as address, grpc.insecure_channel(address) as channel:
        yield channel


def _ways(ways: list[latency.Way], *, floor: BareWrites, count: int) -> Iterator[tuple[str, Figures]]:
    for way in ways:
        figures = latency.measure(way, floor=floor, requests=count, warm_up=count // 5)
        tables.show_quiet(figures)
        yield way.name, figures


if __name__ == "__main__":
    main()
