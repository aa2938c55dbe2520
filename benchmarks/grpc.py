"""The gRPC door: placing orders against an empty method, and a busy book to fifty streams.

    python -m launch.servers.throwaway -- python -m benchmarks.grpc [--quick] [--json FILE]

unary     ``PlaceOrder`` by one client with many calls in flight, from request to acknowledgement. Floors on the same
          server, in turns with it: a method that does nothing, for a caller with a key and for one without.
streams   ``StreamMarketData`` of one busy book to fifty clients: is every sequence covered, and how long after its
          match a trade arrives. Frames gather up to 50 ms.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import django
import grpc

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()

from benchmarks import exchange, machine  # noqa: E402 - models load only once Django is set up
from benchmarks.exchange import Exchange  # noqa: E402
from benchmarks.grpc_server import EMPTY_SERVICE  # noqa: E402
from launch.servers import ports  # noqa: E402
from market.services import orders  # noqa: E402
from marketops.v1 import market_data_pb2, market_service_pb2, market_service_pb2_grpc, orders_pb2  # noqa: E402
from matching import warm  # noqa: E402
from vocabulary.orders import Side  # noqa: E402

GOAL_OF_EMPTY = 0.35
IN_FLIGHT = 48
ACCOUNTS = 16
STREAMS = 50
SYMBOL = "GRPC"
BUSY_BATCH = 40
CHANNELS = (market_data_pb2.CHANNEL_TRADES, market_data_pb2.CHANNEL_DEPTH, market_data_pb2.CHANNEL_TICKER)

Call = Callable[[int], Awaitable[object]]


def main() -> None:
    """Measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grpc")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    warm()
    opened = exchange.opened(account_count=ACCOUNTS)
    exchange.listed(opened, SYMBOL)
    with served() as address:
        unary = asyncio.run(measure_unary(opened, address, rounds=3 if asked.quick else 9, calls=1_000))
        streams = measure_streams(opened, address, seconds=5 if asked.quick else 20)
    _show_unary(unary)
    _show_streams(streams)
    if asked.json:
        result = {"machine": machine.described(), "unary": unary, "streams": streams}
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


@contextmanager
def served() -> Iterator[str]:
    """The server in a process of its own; its address."""
    folder = Path(os.environ["MARKETOPS_VAR_DIR"])
    port, ready = ports.remembered(folder / "grpc-port"), folder / "grpc-ready"
    with subprocess.Popen([sys.executable, "-m", "benchmarks.grpc_server", str(port), str(ready)]) as server:
        try:
            while not ready.exists():
                assert server.poll() is None, "the server ended"
                time.sleep(0.05)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


async def measure_unary(opened: Exchange, address: str, *, rounds: int, calls: int) -> dict[str, object]:
    """Calls a second of each method, in turns, and the medians' ratios."""
    metadata = (("authorization", f"Bearer {opened.api_key}"),)
    numbers = count()
    async with grpc.aio.insecure_channel(address) as channel:
        place_order = market_service_pb2_grpc.MarketServiceStub(channel).PlaceOrder
        with_key = channel.unary_unary(f"/{EMPTY_SERVICE}/WithKey")
        without_key = channel.unary_unary(f"/{EMPTY_SERVICE}/WithoutKey")
        methods: dict[str, Call] = {
            "place_order": lambda place: place_order(_ticket(opened, next(numbers), place), metadata=metadata),
            "empty_with_key": lambda _: with_key(b"", metadata=metadata),
            "empty_without_key": lambda _: without_key(b""),
        }
        rates: dict[str, list[float]] = {name: [] for name in methods}
        for _ in range(rounds + 1):
            for name, call in methods.items():
                rates[name].append(await _rate(call, calls=calls))
            await asyncio.to_thread(opened.matcher.drain, SYMBOL)
    medians = {name: statistics.median(found[1:]) for name, found in rates.items()}
    of_empty = medians["place_order"] / medians["empty_with_key"]
    return {
        "rounds": rounds,
        "calls_per_round": calls,
        "in_flight": IN_FLIGHT,
        "calls_per_s": medians,
        "of_empty_with_key": of_empty,
        "of_empty_without_key": medians["place_order"] / medians["empty_without_key"],
        "goal_of_empty": GOAL_OF_EMPTY,
        "goal_met": of_empty >= GOAL_OF_EMPTY,
    }


async def _rate(call: Call, *, calls: int) -> float:
    places = iter(range(calls))

    async def keep_calling() -> None:
        for place in places:
            await call(place)

    began = time.perf_counter()
    await asyncio.gather(*(keep_calling() for _ in range(IN_FLIGHT)))
    return calls / (time.perf_counter() - began)


def _ticket(opened: Exchange, number: int, place: int) -> market_service_pb2.PlaceOrderRequest:
    return market_service_pb2.PlaceOrderRequest(
        cl_ord_id=f"grpc-{number}",
        account=opened.trader_accounts[place % ACCOUNTS],
        symbol=SYMBOL,
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        time_in_force=orders_pb2.TIME_IN_FORCE_IOC,
        order_qty="1",
        price="9.99",
    )


def measure_streams(opened: Exchange, address: str, *, seconds: float) -> dict[str, object]:
    """Fifty streams of one book while it trades: updates, gaps, and the delays of the trades."""
    over = threading.Event()
    trading = threading.Thread(target=_trade_until, args=[opened, over])
    trading.start()
    try:
        readings = asyncio.run(_read_all(address, seconds=seconds))
    finally:
        over.set()
        trading.join()
    delays_ms = sorted(delay for reading in readings for delay in reading.delays_ms)
    return {
        "streams": STREAMS,
        "seconds": seconds,
        "updates": sum(reading.updates for reading in readings),
        "trades_delivered": len(delays_ms),
        "gaps": sum(reading.gaps for reading in readings),
        "delay_ms": {name: delays_ms[int(share * len(delays_ms))] for name, share in (("p50", 0.5), ("p99", 0.99))},
    }


class Reading:
    """What one stream has brought."""

    def __init__(self) -> None:
        self.updates = 0
        self.gaps = 0
        self.delays_ms: list[float] = []
        self._positions: dict[str, int] = {}

    def take(self, update: market_data_pb2.MarketDataUpdate, *, now_ns: int) -> None:
        """Count an update, and see whether it follows the one before it."""
        self.updates += 1
        kind = str(update.WhichOneof("content"))
        if kind == "heartbeat":
            for channel, position in update.heartbeat.positions.items():
                self.gaps += self._positions[channel] != position
            return
        if kind == "snapshot":
            self._positions[str(update.snapshot.WhichOneof("content"))] = update.last_sequence
            return
        self.gaps += update.first_sequence != self._positions[kind] + 1
        self._positions[kind] = update.last_sequence
        self.delays_ms += [(now_ns - trade.executed_at.ToNanoseconds()) / 1e6 for trade in update.trades.trades]


async def _read_all(address: str, *, seconds: float) -> list[Reading]:
    async with grpc.aio.insecure_channel(address) as channel:
        return await asyncio.gather(*(_read(channel, seconds=seconds) for _ in range(STREAMS)))


async def _read(channel: grpc.aio.Channel, *, seconds: float) -> Reading:
    request = market_service_pb2.StreamMarketDataRequest(symbols=[SYMBOL], channels=CHANNELS)
    stream = market_service_pb2_grpc.MarketServiceStub(channel).StreamMarketData(request)
    reading, ends_at = Reading(), time.monotonic() + seconds
    async for response in stream:
        now_ns = time.time_ns()
        for update in response.updates:
            reading.take(update, now_ns=now_ns)
        if time.monotonic() > ends_at:
            stream.cancel()
            return reading
    return reading


def _trade_until(opened: Exchange, over: threading.Event) -> None:
    """Offers of the house, and orders of the trader that take half of them, one batch after the other."""
    for batch in count():
        if over.wait(0.02):
            return
        prices = [
            exchange.REFERENCE_PRICE + (place % 20) * exchange.REFERENCE_PRICE / 1_000 for place in range(BUSY_BATCH)
        ]
        orders.place_many(
            [
                exchange.limit_order(f"busy-{batch}-{place}", opened.house_account, SYMBOL, Side.SELL, 1, price)
                for place, price in enumerate(prices)
            ],
            actor=opened.house,
        )
        sweep = exchange.limit_order(
            f"sweep-{batch}", opened.trader_accounts[0], SYMBOL, Side.BUY, BUSY_BATCH, max(prices)
        )
        orders.place(sweep, actor=opened.trader)
        opened.matcher.drain(SYMBOL)


def _show_unary(figures: dict[str, object]) -> None:
    rates = figures["calls_per_s"]
    assert isinstance(rates, dict)
    print(f"Unary: {figures['rounds']} rounds of {figures['calls_per_round']:,} calls, {IN_FLIGHT} in flight, medians")
    for name, rate in rates.items():
        print(f"  {name.replace('_', ' '):<28}{rate:>10,.0f} calls/s")
    print(f"  {'of empty, with a key':<28}{figures['of_empty_with_key']:>10.1%}")
    print(f"  {'of empty, without a key':<28}{figures['of_empty_without_key']:>10.1%}")
    print(f"  {'goal':<28}{figures['goal_of_empty']:>10.0%}   {'met' if figures['goal_met'] else 'MISSED'}")


def _show_streams(figures: dict[str, object]) -> None:
    delay_ms = figures["delay_ms"]
    assert isinstance(delay_ms, dict)
    print(f"Streams: one busy book to {figures['streams']} streams for {figures['seconds']} s")
    print(f"  {'updates':<28}{figures['updates']:>10,}")
    print(f"  {'trades delivered':<28}{figures['trades_delivered']:>10,}")
    print(f"  {'sequences not covered':<28}{figures['gaps']:>10}")
    print(f"  {'delay of a trade, p50':<28}{delay_ms['p50']:>10.1f} ms")
    print(f"  {'delay of a trade, p99':<28}{delay_ms['p99']:>10.1f} ms")


if __name__ == "__main__":
    main()
