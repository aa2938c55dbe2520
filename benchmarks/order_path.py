"""The order path against its floors: throughput in bulk, and latency on a quiet exchange.

    python -m launch.servers.throwaway -- python -m benchmarks.order_path [--quick] [--json FILE]

Two measurements, each beside a floor measured in the same run, in turns with it, so that their ratio holds on any
machine while the plain figures hold on this one:

in bulk   ``orders.place_many`` in batches of 1,000 from eight cash accounts, then ``Matcher.drain``: placed, checked,
          matched, settled and committed. Floor: the very same rows by binary COPY and set-based UPDATE, in the same
          number of commits, into tables like the exchange's. Wall time in one process; its own CPU time beside it.
quiet     one order at a time by REST over a kept connection, with ``Prefer: wait``, against a real Daphne and a real
          Celery worker, from the first byte sent until the answer says FILLED. Floor: an empty authenticated request,
          the order's rows in two bare commits, and one empty Celery task there and back.

The servers are PostgreSQL with fsync and synchronous commits and Valkey, made for the run. Their files lie in memory
where there is room, so that a commit costs what PostgreSQL does and not what a disk does: on a disk path and floor
both gain that disk's sync per commit, and their ratio improves.
"""

import argparse
import json
import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
django.setup()

from benchmarks import bulk, exchange, latency, machine  # noqa: E402 - models load only once Django is set up
from benchmarks.served import served  # noqa: E402
from matching import warm  # noqa: E402

ACCOUNTS = 8


def main() -> None:
    """Measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.order_path")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    warm()
    opened = exchange.opened(account_count=ACCOUNTS)
    result: dict[str, object] = {"machine": machine.described()}
    in_bulk = bulk.measure(opened, rounds=3 if asked.quick else 9, batches=2 if asked.quick else 4)
    result["bulk"] = in_bulk
    _show_bulk(in_bulk)
    floor = latency.open_market(opened)
    with served(Path(os.environ["MARKETOPS_VAR_DIR"])) as address:
        quiet = latency.measure(
            opened, address=address, floor=floor, orders=100 if asked.quick else 500, warm_up=20 if asked.quick else 50
        )
    result["quiet"] = quiet
    _show_quiet(quiet)
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


def _show_bulk(figures: dict[str, object]) -> None:
    print(f"In bulk: {figures['rounds']} rounds of {figures['orders_per_round']:,} orders, medians")
    print(f"  {'service':<28}{figures['service_orders_per_s']:>10,.0f} orders/s")
    print(f"  {'floor, bare writes':<28}{figures['floor_orders_per_s']:>10,.0f} orders/s")
    print(f"  {'service / floor':<28}{figures['of_floor']:>10.1%}")
    for name, key in (("placing", "place"), ("draining", "drain"), ("floor", "floor"), ("CPU", "process_cpu")):
        print(f"  {name + ', per 1,000 orders':<28}{figures[key + '_ms_per_1000']:>10.1f} ms")
    print(f"  {'goal':<28}{figures['goal_orders_per_s']:>10,.0f} orders/s   {_met(figures)}")


def _show_quiet(figures: dict[str, object]) -> None:
    print(f"Quiet: {figures['orders']} orders, one at a time, milliseconds")
    print(f"  {'':<28}{'p50':>10}{'p95':>10}{'p99':>10}")
    milliseconds = figures["milliseconds"]
    assert isinstance(milliseconds, dict)
    for name, of_name in milliseconds.items():
        print(f"  {name:<28}{of_name['p50']:>10.2f}{of_name['p95']:>10.2f}{of_name['p99']:>10.2f}")
    print(f"  {'order / sum of the floor':<28}{figures['times_floor']:>10.2f}")
    print(f"  {'goal':<28}{figures['goal_times_floor']:>10.2f}   {_met(figures)}")


def _met(figures: dict[str, object]) -> str:
    return "met" if figures["goal_met"] else "MISSED"


if __name__ == "__main__":
    main()
