"""The feed: a busy book to two hundred readers, against bare Channels; a thousand at rest; ten who do not read.

    python -m launch.servers.throwaway -- python -m benchmarks.feed [--quick] [--json FILE]

busy      About 500 events a second of one book to 200 readers in a process of their own: is every sequence covered,
          how late does a trade come, and how much does the web process compute? Its floor is bare Channels in the same
          process: the very frames, sent to a group of as many readers at the pace at which they came.
quiet     A thousand readers and one event a second: does the memory of the web process grow?
stopped   Ten readers who subscribe and never read, beside fifty who do: are those any later for it?
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
django.setup()

from channels.layers import get_channel_layer  # noqa: E402 - models load only once Django is set up

from benchmarks import bare_feed, exchange, machine  # noqa: E402
from benchmarks.exchange import Exchange  # noqa: E402
from launch.servers import ports  # noqa: E402
from market.services import orders  # noqa: E402
from matching import warm  # noqa: E402
from vocabulary.orders import Side  # noqa: E402

SYMBOL = "FEED"
MARKET = "/ws/v1/market/"
EVENTS_PER_S = 500
ORDERS_PER_BATCH = 20
READERS, QUIET_READERS, WATCHED_READERS, STOPPED_READERS = 200, 1_000, 50, 10
DELAY_GOAL_MS = 250
CPU_GOAL = 1.3
GROWTH_GOAL_BYTES = 8 * 2**20
START_WITHIN_S = 60

Figures = dict[str, Any]


class Web:
    """The web process: where it is, what it has computed, how much memory it holds."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def url(self, path: str) -> str:
        """The address of one of its sockets."""
        return f"ws://127.0.0.1:{self.port}{path}"

    def cpu_s(self) -> float:
        """The processor time that it has taken."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self) -> int:
        """How much of it is in memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feed")
    parser.add_argument("--quick", action="store_true", help="a few seconds of each: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    seconds = 5.0 if asked.quick else 20.0
    warm()
    opened = exchange.opened(account_count=1)
    exchange.listed(opened, SYMBOL)
    with served() as web:
        busy = measure_busy(opened, web, seconds=seconds)
        quiet = measure_quiet(opened, web, seconds=2 * seconds)
        stopped = measure_stopped(opened, web, seconds=seconds)
    figures = {"busy": busy, "quiet": quiet, "stopped": stopped}
    show(figures)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine.described(), **figures}, indent=2) + "\n")


@contextmanager
def served() -> Iterator[Web]:
    """Daphne with the exchange's sockets and the bare one."""
    folder = Path(os.environ["MARKETOPS_VAR_DIR"])
    port = ports.remembered(folder / "feed-port")
    command = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "benchmarks.bare_feed:application"]
    env = {**os.environ, "MARKETOPS_PROCESS": "web"}
    with (folder / "feed-daphne.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], env=env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while not ports.answers(port):
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"  # noqa: PT018
            time.sleep(0.1)
        yield Web(process, port)
    finally:
        process.terminate()
        process.wait()


def measure_busy(opened: Exchange, web: Web, *, seconds: float) -> Figures:
    """A busy book to many readers, and then its frames by bare Channels."""
    progress(f"{READERS} readers of a busy book, {seconds:g} s")
    with (
        reading(web.url(MARKET), READERS, seconds, "--subscribe", SYMBOL, "--record") as readers,
        trading(opened, events_per_s=EVENTS_PER_S) as published,
    ):
        began = web.cpu_s()
        heard = readers()
        cpu_s = web.cpu_s() - began
    frames = heard.pop("frames")
    progress(f"the same {len(frames)} frames by bare Channels")
    with reading(web.url(bare_feed.PATH), READERS, seconds + 1) as readers:
        began = web.cpu_s()
        asyncio.run(send_bare(frames))
        bare = readers()
        bare_cpu_s = web.cpu_s() - began
    return {
        "seconds": seconds,
        "readers": READERS,
        "events_per_s": published[0] / seconds,
        **{name: value for name, value in heard.items() if name != "last_sequences"},
        "cpu_s": cpu_s,
        "bare_messages": bare["messages"],
        "bare_cpu_s": bare_cpu_s,
        "cpu_of_bare": cpu_s / heard["messages"] / (bare_cpu_s / bare["messages"]),
    }


async def send_bare(frames: list[tuple[float, str]]) -> None:
    """Send the frames to the group at the pace at which they came."""
    layer, began, first = get_channel_layer(), time.monotonic(), frames[0][0]
    for heard_at, text in frames:
        await asyncio.sleep(max(0.0, began + heard_at - first - time.monotonic()))
        await layer.group_send(bare_feed.GROUP, {"type": "feed.frame", "text": text})


def measure_quiet(opened: Exchange, web: Web, *, seconds: float) -> Figures:
    """Many readers, little to read: the memory after the first third and at the end."""
    progress(f"{QUIET_READERS} readers of a quiet book, {seconds:g} s")
    with (
        reading(web.url(MARKET), QUIET_READERS, seconds, "--subscribe", SYMBOL) as readers,
        trading(opened, events_per_s=1),
    ):
        time.sleep(seconds / 3)
        before = web.memory_bytes()
        time.sleep(seconds / 2)
        after = web.memory_bytes()
        heard = readers()
    return {
        "seconds": seconds,
        "readers": QUIET_READERS,
        "messages": heard["messages"],
        "gaps": heard["gaps"],
        "memory_bytes": before,
        "growth_bytes": after - before,
    }


def measure_stopped(opened: Exchange, web: Web, *, seconds: float) -> Figures:
    """Some readers without and with others who have stopped."""
    found: Figures = {"seconds": seconds, "readers": WATCHED_READERS, "stopped": STOPPED_READERS}
    for name, stopped in (("alone", 0), ("beside_stopped", STOPPED_READERS)):
        progress(f"{WATCHED_READERS} readers, {stopped} who have stopped, {seconds:g} s")
        options = ["--subscribe", SYMBOL, "--stopped", str(stopped)]
        with (
            reading(web.url(MARKET), WATCHED_READERS, seconds, *options) as readers,
            trading(opened, events_per_s=EVENTS_PER_S),
        ):
            heard = readers()
        found[name] = {key: heard[key] for key in ("messages", "gaps", "delay_p50_ms", "delay_p99_ms")}
    return found


@contextmanager
def reading(url: str, readers: int, seconds: float, *options: str) -> Iterator[Any]:
    """Readers in a process of their own, all connected; call what is given for what they heard in the end."""
    command = [sys.executable, "-m", "benchmarks.feed_readers", url, str(readers), str(seconds), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"READY\n", "the readers did not connect"
        yield lambda: json.loads(process.stdout.readline())  # type: ignore[union-attr]


@contextmanager
def trading(opened: Exchange, *, events_per_s: float) -> Iterator[list[int]]:
    """Orders that give about so many events a second for as long as a block of code runs; how many were given."""
    over, published = threading.Event(), [0]
    worker = threading.Thread(
        target=_trade_until, args=[opened, over, published], kwargs={"events_per_s": events_per_s}
    )
    worker.start()
    try:
        yield published
    finally:
        over.set()
        worker.join()


_names = count()


def _trade_until(opened: Exchange, over: threading.Event, published: list[int], *, events_per_s: float) -> None:
    """Offers of the house and, when there are several, an order that takes half of them, batch after batch."""
    batch_size = ORDERS_PER_BATCH if events_per_s > ORDERS_PER_BATCH else 1
    # Each offer gives one event, and each of the half that trades two more; the one that takes them gives its own.
    events = batch_size * 2 + 1 if batch_size > 1 else 1
    due = time.monotonic()
    while not over.is_set():
        number = next(_names)
        prices = [exchange.REFERENCE_PRICE * (1_000 + place) / 1_000 for place in range(batch_size)]
        offers = [
            exchange.limit_order(f"feed-{number}-{place}", opened.house_account, SYMBOL, Side.SELL, 1, price)
            for place, price in enumerate(prices)
        ]
        orders.place_many(offers, actor=opened.house)
        if batch_size > 1:
            take = exchange.limit_order(
                f"take-{number}", opened.trader_accounts[0], SYMBOL, Side.BUY, batch_size // 2, max(prices)
            )
            orders.place(take, actor=opened.trader)
        opened.matcher.drain(SYMBOL)
        if number % 10 == 9:
            orders.mass_cancel(opened.house_account, actor=opened.house)
            opened.matcher.drain(SYMBOL)
        published[0] += events
        due += events / events_per_s
        over.wait(max(0.0, due - time.monotonic()))


def progress(text: str) -> None:
    """Say what is being measured."""
    print(f"... {text}", file=sys.stderr, flush=True)


def show(figures: dict[str, Figures]) -> None:
    """Print the table."""
    busy, quiet, stopped = figures["busy"], figures["quiet"], figures["stopped"]
    rows: list[tuple[str, str, str]] = [
        ("events published", f"{busy['events_per_s']:,.0f}/s", ""),
        (f"messages to {busy['readers']} readers", f"{busy['messages']:,}", ""),
        ("sequences not covered", f"{busy['gaps']}", _met(busy["gaps"] == 0)),
        ("delay of a trade, p50", f"{busy['delay_p50_ms']:.0f} ms", ""),
        ("delay of a trade, p99", f"{busy['delay_p99_ms']:.0f} ms", _met(busy["delay_p99_ms"] < DELAY_GOAL_MS)),
        ("processor time of bare Channels", f"{busy['cpu_of_bare']:.2f}", _met(busy["cpu_of_bare"] <= CPU_GOAL)),
        (f"{quiet['readers']} readers at rest, memory", f"{quiet['memory_bytes'] / 2**20:.0f} MiB", ""),
        ("    its growth", f"{quiet['growth_bytes'] / 2**20:.1f} MiB", _met(quiet["growth_bytes"] < GROWTH_GOAL_BYTES)),
        ("delay p99 alone", f"{stopped['alone']['delay_p99_ms']:.0f} ms", ""),
        (
            f"delay p99 beside {stopped['stopped']} who stopped",
            f"{stopped['beside_stopped']['delay_p99_ms']:.0f} ms",
            _met(stopped["beside_stopped"]["delay_p99_ms"] < DELAY_GOAL_MS),
        ),
    ]
    for name, figure, verdict in rows:
        print(f"  {name:<36}{figure:>14}   {verdict}")


def _met(holds: bool) -> str:
    return "met" if holds else "MISSED"


if __name__ == "__main__":
    main()
