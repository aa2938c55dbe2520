"""One ``OrderEntry`` stream: how many orders, changes and cancels of one participant a second are acknowledged.

    python -m launch.servers.throwaway -- python -m benchmarks.grpc_entry [--quick] [--json FILE]

Each round places orders over a stream, changes each of them and cancels each of them, as fast as the stream takes them,
and lets the matcher catch up in between. The orders are the floor of the other two: all three end with the same commit.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import django
import grpc

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()

from benchmarks import exchange, machine  # noqa: E402 - models load only once Django is set up
from benchmarks.exchange import Exchange  # noqa: E402
from benchmarks.grpc import SYMBOL, served  # noqa: E402
from marketops.v1 import market_service_pb2, market_service_pb2_grpc, orders_pb2  # noqa: E402
from matching import warm  # noqa: E402
from vocabulary import limits  # noqa: E402

ORDERS = 500
Requests = Sequence[market_service_pb2.OrderEntryRequest]


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grpc_entry")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    warm()
    opened = exchange.opened(account_count=1)
    exchange.listed(opened, SYMBOL)
    with served() as address:
        figures = asyncio.run(measure(opened, address, rounds=3 if asked.quick else 9))
    _show(figures)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine.described(), "entry": figures}, indent=2) + "\n")


async def measure(opened: Exchange, address: str, *, rounds: int) -> dict[str, Any]:
    """Requests of each kind a second, the medians of the rounds, and what changes and cancels are of the orders."""
    rates: dict[str, list[float]] = {"orders": [], "changes": [], "cancels": []}
    numbers = count()
    async with grpc.aio.insecure_channel(address) as channel:
        stream = Stream(channel, key=opened.api_key)
        for _ in range(rounds + 1):
            placing = [_order(opened, next(numbers)) for _ in range(ORDERS)]
            rate, answers = await stream.rate_of(placing)
            rates["orders"].append(rate)
            order_ids = [answer.placed.order.order_id for answer in answers]
            for kind, requests in (
                ("changes", [_change(order_id) for order_id in order_ids]),
                ("cancels", [_cancel(order_id) for order_id in order_ids]),
            ):
                await asyncio.to_thread(opened.matcher.drain, SYMBOL)
                rate, answers = await stream.rate_of(requests)
                assert not any(answer.HasField("refusal") for answer in answers), "each is taken on"
                rates[kind].append(rate)
            await asyncio.to_thread(opened.matcher.drain, SYMBOL)
    medians = {kind: statistics.median(found[1:]) for kind, found in rates.items()}
    of_orders = {kind: medians[kind] / medians["orders"] for kind in ("changes", "cancels")}
    return {"rounds": rounds, "orders_per_round": ORDERS, "per_s": medians, "of_orders": of_orders}


class Stream:
    """Conversations of one participant over a channel."""

    def __init__(self, channel: grpc.aio.Channel, *, key: str) -> None:
        self._order_entry = market_service_pb2_grpc.MarketServiceStub(channel).OrderEntry
        self._metadata = (("authorization", f"Bearer {key}"),)

    async def rate_of(self, requests: Requests) -> tuple[float, list[Any]]:
        """How many of the requests a second were answered over a stream of their own, and the answers."""
        call: Any = self._order_entry(metadata=self._metadata)
        await call.wait_for_connection()
        began = time.perf_counter()
        saying = asyncio.create_task(self._say(call, requests))
        answers = [await call.read() for _ in requests]
        rate = len(requests) / (time.perf_counter() - began)
        await saying
        return rate, sorted(answers, key=lambda answer: answer.request_id)

    async def _say(self, call: Any, requests: Requests) -> None:
        for number, request in enumerate(requests):
            request.request_id = number
            await call.write(request)
        await call.done_writing()


def _order(opened: Exchange, number: int) -> market_service_pb2.OrderEntryRequest:
    order = market_service_pb2.PlaceOrderRequest(
        cl_ord_id=f"entry-{number}",
        account=opened.trader_accounts[0],
        symbol=SYMBOL,
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        order_qty="2",
        price="9.99",
    )
    return market_service_pb2.OrderEntryRequest(place=order)


def _change(order_id: int) -> market_service_pb2.OrderEntryRequest:
    change = market_service_pb2.ReplaceOrderRequest(
        order_id=order_id, cl_ord_id=f"change-{order_id}", order_qty="1", price="9.98"
    )
    return market_service_pb2.OrderEntryRequest(replace=change)


def _cancel(order_id: int) -> market_service_pb2.OrderEntryRequest:
    return market_service_pb2.OrderEntryRequest(cancel=market_service_pb2.CancelOrderRequest(order_id=order_id))


def _show(figures: dict[str, Any]) -> None:
    at_work = f"{limits.ORDER_REQUESTS_IN_FLIGHT_MAX} at work at once"
    print(f"One stream: {figures['rounds']} rounds of {ORDERS:,} requests of each kind, {at_work}, medians")
    for kind, rate in figures["per_s"].items():
        of_orders = figures["of_orders"].get(kind)
        print(f"  {kind:<12}{rate:>10,.0f} a second{'' if of_orders is None else f'{of_orders:>8.0%} of the orders'}")


if __name__ == "__main__":
    main()
