"""One request at a time on a quiet exchange, by each way in, beside what it cannot do without.

The floor of each way is the sum of parts measured in turn with it: an empty authenticated request by the same door, the
same rows written bare in as many commits, and, where the answer waits for the matcher, one round trip of an empty
Celery task through a worker like the matching one.
"""

import random
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import NamedTuple

import grpc
import httpx

from benchmarks import echo
from benchmarks import exchange as exchanges
from benchmarks.bare_writes import BareWrites, Written
from benchmarks.exchange import Exchange
from benchmarks.grpc_server import EMPTY_SERVICE
from benchmarks.histogram import Latencies
from market.selectors import books
from market.services import orders
from marketops.v1 import market_service_pb2, market_service_pb2_grpc, orders_pb2
from vocabulary import limits
from vocabulary.orders import Side

SYMBOL = "QUIET"
OFFER_LOTS = 10**8
SEED = 20_240_301
PAUSE_MAX_S = 0.03
GOAL_TIMES_FLOOR = 1.5
GOAL_P99_TIMES_MEDIAN = 5.0
MATCHED_PAUSE_S = 0.002


class Way(NamedTuple):
    """A way in: what is sent and waited for, and the parts of its floor, given what was written for it."""

    name: str
    send: Callable[[int], None]
    floor: dict[str, Callable[[Written], object]]


def open_market(exchange: Exchange) -> BareWrites:
    """List the instrument and rest an offer that no run exhausts. Call it before a matching worker is started."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=1)
    exchanges.house_offers(exchange, instrument, lots=OFFER_LOTS)
    return BareWrites([instrument.instrument_id])


def by_service(exchange: Exchange, *, floor: BareWrites) -> list[Way]:
    """In this very process, without any door: placed, then drained. No worker may be running."""
    return [Way("service, until filled", partial(_by_service, exchange), {"bare writes": floor.write})]


def by_rest(exchange: Exchange, client: httpx.Client, *, floor: BareWrites) -> list[Way]:
    """Over HTTP: one order until it is filled, and a batch until it is acknowledged."""
    empty = partial(_post, client, "/bench/empty/")
    batch = limits.REST_BATCH_MAX
    return [
        Way(
            "REST, one order until filled",
            lambda number: fill(client, ticket(exchange, f"rest-{number}")),
            {
                "empty request": lambda _: empty(ticket(exchange, "empty")),
                "bare writes": floor.write,
                "task round trip": lambda _: echo.round_trip(),
            },
        ),
        Way(
            f"REST, {batch} orders until acknowledged",
            lambda number: _place_batch(client, _batch(exchange, number, count=batch)),
            {"empty request": lambda _: empty(_batch(exchange, 0, count=batch)), "bare intake": floor.write_intake},
        ),
    ]


def by_grpc(exchange: Exchange, channel: grpc.Channel, *, floor: BareWrites) -> list[Way]:
    """Over gRPC: one order until it is acknowledged, by a call of its own and over a stream that stays open."""
    metadata = (("authorization", f"Bearer {exchange.api_key}"),)
    service = market_service_pb2_grpc.MarketServiceStub(channel)
    empty = channel.unary_unary(f"/{EMPTY_SERVICE}/WithKey")
    parts = {"empty call": lambda _: empty(b"", metadata=metadata), "bare intake": floor.write_intake}
    stream = Stream(service, metadata=metadata)
    return [
        Way(
            "gRPC, one order until acknowledged",
            lambda number: service.PlaceOrder(_message(exchange, f"grpc-{number}"), metadata=metadata),
            parts,
        ),
        Way(
            "gRPC stream, one order until acknowledged",
            lambda number: stream.place(_message(exchange, f"stream-{number}")),
            parts,
        ),
    ]


class Stream:
    """An ``OrderEntry`` stream on which one order is placed after the other."""

    def __init__(
        self, service: market_service_pb2_grpc.MarketServiceStub, *, metadata: tuple[tuple[str, str], ...]
    ) -> None:
        self._asked: SimpleQueue[market_service_pb2.OrderEntryRequest] = SimpleQueue()
        self._answers = service.OrderEntry(iter(self._asked.get, None), metadata=metadata)

    def place(self, order: market_service_pb2.PlaceOrderRequest) -> None:
        """Send an order and wait until it is acknowledged."""
        self._asked.put(market_service_pb2.OrderEntryRequest(request_id=1, place=order))
        answer = next(self._answers)
        assert answer.WhichOneof("answer") == "placed", answer


def measure(way: Way, *, floor: BareWrites, requests: int, warm_up: int) -> dict[str, object]:
    """Send the requests one by one, the floor's parts in between; what each took."""
    chance = random.Random(SEED)
    taken = Latencies()
    parts = {name: Latencies() for name in way.floor}
    sums = Latencies()
    for number in range(warm_up + requests):
        seconds = _timed(partial(way.send, number))
        _wait_until_matched()
        written = floor.read_back()
        floor_s = {name: _timed(partial(part, written)) for name, part in way.floor.items()}
        if number >= warm_up:
            taken.note(seconds)
            sums.note(sum(floor_s.values()))
            for name, part_s in floor_s.items():
                parts[name].note(part_s)
        time.sleep(chance.uniform(0, PAUSE_MAX_S))
    return _figures(way.name, taken=taken, parts=parts, sums=sums)


def _by_service(exchange: Exchange, number: int) -> None:
    ticket = exchanges.limit_order(f"service-{number}", exchange.trader_accounts[0], SYMBOL, Side.BUY, 1)
    assert orders.place(ticket, actor=exchange.trader).is_accepted
    assert exchange.matcher.drain(SYMBOL) == 1


def _wait_until_matched() -> None:
    while any(state.inbox_depth for state in books.states()):
        time.sleep(MATCHED_PAUSE_S)


def _batch(exchange: Exchange, number: int, *, count: int) -> dict[str, object]:
    return {"orders": [ticket(exchange, f"batch-{number}-{place}") for place in range(count)]}


def ticket(exchange: Exchange, cl_ord_id: str) -> dict[str, str]:
    """An order as it goes over HTTP: it fills at once against the offer that rests."""
    return {
        "cl_ord_id": cl_ord_id,
        "account": exchange.trader_accounts[0],
        "symbol": SYMBOL,
        "side": "BUY",
        "ord_type": "LIMIT",
        "order_qty": "1",
        "price": "10.00",
        "time_in_force": "DAY",
    }


def _message(exchange: Exchange, cl_ord_id: str) -> market_service_pb2.PlaceOrderRequest:
    return market_service_pb2.PlaceOrderRequest(
        cl_ord_id=cl_ord_id,
        account=exchange.trader_accounts[0],
        symbol=SYMBOL,
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        time_in_force=orders_pb2.TIME_IN_FORCE_DAY,
        order_qty="1",
        price="10.00",
    )


def fill(client: httpx.Client, order: dict[str, str]) -> None:
    """Send an order and wait until it is filled."""
    answer = client.post("/api/v1/orders/", json=order)
    assert answer.status_code == 201, answer.text
    assert answer.json()["ord_status"] == "FILLED", answer.text


def _place_batch(client: httpx.Client, batch: dict[str, object]) -> None:
    answer = _post(client, "/api/v1/orders/batch/", batch)
    assert all(result["status"] == 201 for result in answer.json()["results"]), answer.text


def _post(client: httpx.Client, path: str, body: object) -> httpx.Response:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _figures(name: str, *, taken: Latencies, parts: dict[str, Latencies], sums: Latencies) -> dict[str, object]:
    found, bare = taken.milliseconds(), sums.milliseconds()
    times_floor, p99_times_median = found["p50"] / bare["p50"], found["p99"] / found["p50"]
    return {
        "way": name,
        "requests": taken.count,
        "milliseconds": {name: found, **{part: of.milliseconds() for part, of in parts.items()}, "floor": bare},
        "times_floor": times_floor,
        "p99_times_median": p99_times_median,
        "goal_times_floor": GOAL_TIMES_FLOOR,
        "goal_p99_times_median": GOAL_P99_TIMES_MEDIAN,
        "goal_met": times_floor <= GOAL_TIMES_FLOOR and p99_times_median <= GOAL_P99_TIMES_MEDIAN,
    }
