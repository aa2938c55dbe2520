"""Whether the memory of every process of a running exchange stays flat while it is half busy.

Over REST, orders are placed in batches and canceled again, some of them trading, in all books by turns: first as fast
as the exchange takes them, then at half of that rate for so long; market data is followed over the socket, and the
simulated traders do what they do. Run it beside ``script/server``, which must not hold a key to its budgets:

    MARKETOPS_RATE_LIMITS=off script/server
    PYTHONPATH=clients/python/src .venv/bin/python -m benchmarks.memory [--minutes 30] [--json FILE]

``--var`` and ``--port`` say which exchange, where it is not the usual one.

The exchange's own processes are watched; the database's cache fills as it is told to and is none of them. The first
third of the time is left out: caches fill.
"""

import argparse
import json
import os
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any

from benchmarks import processes
from marketops_client import Client, Instrument, MarketOpsError, Order, OrderTicket, Side

TRADERS = 4
RESTING = 48
"""Orders of a batch that are placed far from the market and canceled; one that buys and one that sells are beside."""
FULL_S = 30
SAMPLES = 60
SETTLED_PART = 3
GOAL_PERCENT = 5.0
MEGABYTE = 2**20

Said = Counter[str]


@dataclass(frozen=True)
class Trader:
    """One who places batches and cancels them, on a connection of its own."""

    client: Client
    account: str
    instruments: Sequence[Instrument]

    def trade(self, *, seconds: float, rounds_per_s: float | None = None) -> Said:
        """Trade for so long, at a pace or without a pause; how much was taken on, and what was refused by its code."""
        began, said = time.monotonic(), Counter[str]()
        for number, instrument in zip(count(1), cycle(self.instruments), strict=False):
            try:
                said += self._round(instrument)
            except MarketOpsError as error:
                said[error.code] += 1
            now_s = time.monotonic() - began
            if now_s >= seconds:
                return said
            if rounds_per_s is not None:
                time.sleep(max(0.0, number / rounds_per_s - now_s))
        raise AssertionError("a cycle of instruments has no end")

    def _round(self, instrument: Instrument) -> Said:
        lot, low = instrument.lot_size, instrument.low_limit_price
        resting = [OrderTicket.limit(self.account, instrument.symbol, Side.BUY, lot, low) for _ in range(RESTING)]
        ticker = self.client.ticker(instrument.symbol)
        at_market = [
            OrderTicket.limit(self.account, instrument.symbol, side, lot, price, time_in_force="IOC")
            for side, price in ((Side.BUY, ticker.offer_px), (Side.SELL, ticker.bid_px))
            if price is not None
        ]
        placed = self.client.place_many([*resting, *at_market])
        canceled = self.client.cancel_many([order.order_id for order in placed[:RESTING] if isinstance(order, Order)])
        return _told("orders", placed) + _told("cancels", canceled)


def _told(what: str, answers: Sequence[Order | MarketOpsError]) -> Said:
    return Counter(what if isinstance(answer, Order) else answer.code for answer in answers)


def main() -> None:
    """Trade for so long and show what each process holds at first and at last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--var", type=Path, default=Path("var"), help="the data folder of the running exchange")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    known = json.loads((asked.var / "demo.json").read_text())["trader"]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(Client(f"http://127.0.0.1:{asked.port}", api_key=known["api_key"]))
            for _ in range(TRADERS)
        ]
        instruments = [each for each in clients[0].instruments() if each.low_limit_price is not None]
        threading.Thread(target=_follow, args=[clients[0]], daemon=True).start()
        traders = [
            Trader(client, known["account"], [*instruments[place:], *instruments[:place]])
            for place, client in enumerate(clients)
        ]
        figures = _measured(traders, var=asked.var.resolve(), minutes=asked.minutes)
    _show(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def _measured(traders: Sequence[Trader], *, var: Path, minutes: float) -> dict[str, Any]:
    """Find the full rate, trade at half of it, and look at the processes from time to time."""
    with ThreadPoolExecutor(len(traders)) as pool:
        full = _together([pool.submit(trader.trade, seconds=FULL_S) for trader in traders])
        full_per_s = (full["orders"] + full["cancels"]) / FULL_S
        print(f"  full rate: {full_per_s:,.0f} orders and cancels a second", flush=True)
        rounds_per_s = full["orders"] / FULL_S / (RESTING + 2) / len(traders) / 2
        trading = [pool.submit(trader.trade, seconds=minutes * 60, rounds_per_s=rounds_per_s) for trader in traders]
        seen = _looked_at(var, minutes=minutes)
        said = _together(trading)
    return {
        "minutes": minutes,
        "full_rate_per_s": full_per_s,
        "rate_per_s": (said["orders"] + said["cancels"]) / minutes / 60,
        "answers": dict(said),
        "processes": {name: _growth(values) for name, values in sorted(seen.items())},
        "goal_percent": GOAL_PERCENT,
    }


def _together(trading: Sequence[Future[Said]]) -> Said:
    return sum((future.result() for future in trading), Counter[str]())


def _looked_at(var: Path, *, minutes: float) -> dict[str, list[float]]:
    """What each process holds, in megabytes, from time to time."""
    seen: dict[str, list[float]] = defaultdict(list)
    began = time.monotonic()
    for number in range(SAMPLES):
        time.sleep(max(0.0, began + number * minutes * 60 / SAMPLES - time.monotonic()))
        for name, megabytes in _resident_mb(var).items():
            seen[name].append(megabytes)
        print(f"  {(time.monotonic() - began) / 60:5.1f} minutes", flush=True)
    return seen


def _follow(client: Client) -> None:
    with client.market(["*"]) as market:
        for _ in market:
            pass


def _resident_mb(var: Path) -> dict[str, float]:
    """What each process of the exchange in this folder holds, by the name that it was given."""
    found: dict[str, float] = defaultdict(float)
    for process_id, name in processes.of_exchange(var).items():
        with suppress(FileNotFoundError):
            pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
            found[name] += pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    return dict(found)


def _growth(values: list[float]) -> dict[str, float]:
    """From the first to the last third of what is left when caches have filled."""
    settled = values[len(values) // SETTLED_PART :]
    third = max(1, len(settled) // 3)
    first, last = statistics.median(settled[:third]), statistics.median(settled[-third:])
    return {"first_mb": first, "last_mb": last, "growth_percent": 100 * (last / first - 1)}


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['minutes']:g} minutes at {figures['rate_per_s']:,.0f} orders and cancels a second")
    print(f"  of a full rate of {figures['full_rate_per_s']:,.0f}; {figures['answers']}")
    for name, of in figures["processes"].items():
        print(f"  {name:<16}{of['first_mb']:>8.0f} MB {of['last_mb']:>8.0f} MB {of['growth_percent']:>+8.1f} %")
    worst = max(of["growth_percent"] for of in figures["processes"].values())
    print(f"  goal            {GOAL_PERCENT:g} % at most: {'met' if worst <= GOAL_PERCENT else 'MISSED'}")


if __name__ == "__main__":
    main()
