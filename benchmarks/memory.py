"""Whether the memory of every process of a running exchange stays flat while it trades.

Orders are placed and canceled over REST at a pace, market data is read and followed over the socket, and the simulated
traders do what they do. Run it beside ``script/server``:

    .venv/bin/python -m benchmarks.memory [--var DIR] [--port 8000] [--minutes 30] [--json FILE]

The exchange's own processes are watched; the database's cache fills as it is told to and is none of them. The first
third of the time is left out: caches fill.
"""

import argparse
import json
import os
import statistics
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from marketops_client import Client, MarketOpsError, OrderTicket, Side

SYMBOL = "ACME"
PACE_S = 0.02
"""Fifty orders a second, half of them canceled: within the budgets of one key."""
SAMPLES = 60
SETTLED_PART = 3
GOAL_PERCENT = 5.0
MEGABYTE = 2**20


def main() -> None:
    """Trade for so long and show what each process holds at first and at last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--var", type=Path, default=Path("var"), help="the data folder of the running exchange")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    trader = json.loads((asked.var / "demo.json").read_text())["trader"]
    with Client(f"http://127.0.0.1:{asked.port}", api_key=trader["api_key"]) as client:
        threading.Thread(target=_follow, args=[client], daemon=True).start()
        figures = _measured(client, account=trader["account"], var=asked.var.resolve(), minutes=asked.minutes)
    _show(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def _measured(client: Client, *, account: str, var: Path, minutes: float) -> dict[str, Any]:
    """Trade, and look at the processes from time to time."""
    seen: dict[str, list[float]] = defaultdict(list)
    began, acts, refused = time.monotonic(), 0, 0
    while (now_s := time.monotonic() - began) < minutes * 60:
        try:
            _act(client, account=account, number=acts)
        except MarketOpsError:
            refused += 1
        acts += 1
        if now_s >= len(seen["web"]) * minutes * 60 / SAMPLES:
            for name, megabytes in _resident_mb(var).items():
                seen[name].append(megabytes)
            print(f"  {now_s / 60:5.1f} minutes, {acts:,} orders", flush=True)
        time.sleep(max(0.0, began + acts * PACE_S - time.monotonic()))
    return {
        "minutes": minutes,
        "orders": acts,
        "refused": refused,
        "processes": {name: _growth(values) for name, values in sorted(seen.items())},
        "goal_percent": GOAL_PERCENT,
    }


def _act(client: Client, *, account: str, number: int) -> None:
    """Buy, sell what was bought, or place far from the market and cancel; and look at the book."""
    ticker = client.ticker(SYMBOL)
    side, price = (Side.BUY, ticker.offer_px) if number % 4 < 2 else (Side.SELL, ticker.bid_px)
    if number % 2 and ticker.bid_px is not None:
        rules = client.instrument(SYMBOL)
        order = client.place(OrderTicket.limit(account, SYMBOL, Side.BUY, rules.lot_size, rules.low_limit_price))
        client.cancel(order.order_id)
    elif price is not None:
        client.place(OrderTicket.limit(account, SYMBOL, side, 1, price, time_in_force="IOC"))


def _follow(client: Client) -> None:
    with client.market(["*"]) as market:
        for _ in market:
            pass


def _resident_mb(var: Path) -> dict[str, float]:
    """What each process of the exchange in this folder holds, by the name that it was given."""
    found: dict[str, float] = defaultdict(float)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = dict(
                entry.split("=", 1) for entry in (process / "environ").read_text().split("\0") if "=" in entry
            )
            pages = int((process / "statm").read_text().split()[1])
        except OSError:
            continue  # it has ended, or is somebody else's
        if environment.get("MARKETOPS_VAR_DIR") == str(var) and "MARKETOPS_PROCESS" in environment:
            found[environment["MARKETOPS_PROCESS"]] += pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    return dict(found)


def _growth(values: list[float]) -> dict[str, float]:
    """From the first to the last third of what is left when caches have filled."""
    settled = values[len(values) // SETTLED_PART :]
    third = max(1, len(settled) // 3)
    first, last = statistics.median(settled[:third]), statistics.median(settled[-third:])
    return {"first_mb": first, "last_mb": last, "growth_percent": 100 * (last / first - 1)}


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['minutes']:g} minutes, {figures['orders']:,} orders, {figures['refused']:,} refused")
    for name, of in figures["processes"].items():
        print(f"  {name:<16}{of['first_mb']:>8.0f} MB {of['last_mb']:>8.0f} MB {of['growth_percent']:>+8.1f} %")
    worst = max(of["growth_percent"] for of in figures["processes"].values())
    print(f"  goal            {GOAL_PERCENT:g} % at most: {'met' if worst <= GOAL_PERCENT else 'MISSED'}")


if __name__ == "__main__":
    main()
