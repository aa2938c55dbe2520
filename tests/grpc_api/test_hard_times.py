"""Deadlines, cancels, floods and a database that is away: nothing is lost, nothing is done twice, the server lives."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import grpc
import pytest
from django.db import connection

from market.models import Order
from marketops.v1 import market_data_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import PATIENCE_S, Caller, Door, opened, refused
from tests.market_place import MarketPlace
from tests.relay import Relay
from vocabulary import limits

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, PING, GOAWAY = 4, 6, 7
ENHANCE_YOUR_CALM = 11
ACKNOWLEDGED = 1


@contextmanager
def account_held(door: Door) -> Iterator[None]:
    """Somebody holds the trader's account, so that orders wait."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM market_account WHERE number = %s FOR UPDATE", [door.place.account])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def test_after_a_deadline_the_same_request_resolves_what_became_of_the_order(door: Door):
    with account_held(door), refused("DEADLINE_EXCEEDED", ""):
        door.trader.market.PlaceOrder(door.ticket(), **{**door.trader.how, "timeout": 0.3})
    order = settled(door)
    assert [found.order_id for found in door.trader.call("ListOrders", market_pb2.ListOrdersRequest()).orders] == [
        order
    ]


def test_a_call_that_is_canceled_midway_is_done_whole_or_not_at_all(door: Door):
    with account_held(door):
        call = door.trader.market.PlaceOrder.future(door.ticket(), **door.trader.how)
        call.cancel()
    assert call.cancelled()
    order = settled(door)
    assert Order.objects.count() == 1
    assert Order.objects.get().pk == order


def test_a_connection_that_is_cut_midway_leaves_the_order_whole_or_absent(door: Door):
    with Relay(door.serving.address) as relay, grpc.insecure_channel(relay.address) as channel:
        with account_held(door):
            call = Caller(channel, door.trader.key).market.PlaceOrder.future(door.ticket(), **door.trader.how)
            until_somebody_waits_for_the_account()
            relay.cut()
        assert call.code() is grpc.StatusCode.UNAVAILABLE
    order = settled(door)
    assert Order.objects.get().pk == order


def until_somebody_waits_for_the_account() -> None:
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    deadline = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        while not cursor.fetchone():
            assert time.monotonic() < deadline, "the order never waited"
            cursor.execute(waiting)


def settled(door: Door) -> int:
    """The order's id, asked for with the same request until no earlier one is being worked on."""
    while (answer := place_again(door)) is None:
        pass
    return answer


def place_again(door: Door) -> int | None:
    call = door.trader.market.PlaceOrder.future(door.ticket(), **door.trader.how)
    if call.code() is grpc.StatusCode.ABORTED:
        return None
    return int(call.result().order.order_id)


def test_without_a_deadline_the_server_sets_one_and_says_that_the_outcome_is_unknown(door: Door, monkeypatch):
    monkeypatch.setattr("vocabulary.limits.GRPC_DEADLINE_S_MAX", 0.2)
    with account_held(door), refused("DEADLINE_EXCEEDED", "outcome_unknown") as told:
        door.trader.call("PlaceOrder", door.ticket())
    assert told.retry_s == 1


def test_while_the_database_is_away_the_answer_is_unavailable_and_try_again(door: Door):
    door.trader.call("ListOrders", market_pb2.ListOrdersRequest())
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        try:
            for method, request in (
                ("PlaceOrder", door.ticket()),
                ("ListInstruments", market_pb2.ListInstrumentsRequest()),
            ):
                with refused("UNAVAILABLE", "unavailable") as told:
                    door.trader.call(method, request)
                assert told.retry_s == 1
            with refused("UNAVAILABLE", "unavailable"):
                door.anonymous.first_of(
                    "StreamMarketData",
                    market_pb2.StreamMarketDataRequest(symbols=["ACME"], channels=[market_data_pb2.CHANNEL_DEPTH]),
                )
        finally:
            cursor.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    assert not door.trader.call("PlaceOrder", door.ticket()).replayed


def test_a_thousand_calls_begun_and_broken_off_hurt_nobody_else(door: Door):
    request = market_pb2.GetInstrumentRequest(symbol="ACME")
    with grpc.insecure_channel(door.serving.address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        rude = Caller(channel, key=None)
        for _ in range(1_000):
            rude.market.GetInstrument.future(request, timeout=PATIENCE_S).cancel()
        assert door.trader.call("PlaceOrder", door.ticket()).order.cl_ord_id == "my-1"


def frame(kind: int, payload: bytes = b"", *, flags: int = 0) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + b"\0\0\0\0" + payload


@contextmanager
def raw_connection(door: Door) -> Iterator[socket.socket]:
    host, port = door.serving.address.split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connected:
        yield connected


def goaway_code(connected: socket.socket) -> int | None:
    """The reason that the server gives for going away; None when it just closes."""
    reasons = (int.from_bytes(payload[4:8]) for kind, payload in frames_until_closed(connected) if kind == GOAWAY)
    return next(reasons, None)


def frames_until_closed(connected: socket.socket) -> Iterator[tuple[int, bytes]]:
    """What the server says, frame by frame."""
    received = b""
    while chunk := connected.recv(65_536):
        received += chunk
        while len(received) >= 9 and len(received) >= 9 + (size := int.from_bytes(received[:3])):
            kind, payload, received = received[3], received[9 : 9 + size], received[9 + size :]
            yield kind, payload


def test_a_flood_of_pings_is_told_to_calm_down(door: Door):
    with raw_connection(door) as connected:
        connected.sendall(PREFACE + frame(SETTINGS) + frame(PING, b"\0" * 8) * 100)
        assert goaway_code(connected) == ENHANCE_YOUR_CALM
    assert door.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="ACME"))


def test_a_client_that_answers_no_ping_is_given_up(market: MarketPlace, monkeypatch):
    monkeypatch.setattr(limits, "GRPC_KEEPALIVE_MS", 200)
    monkeypatch.setattr(limits, "GRPC_KEEPALIVE_TIMEOUT_MS", 200)
    with opened(market) as door, raw_connection(door) as connected:
        connected.sendall(PREFACE + frame(SETTINGS) + frame(SETTINGS, flags=ACKNOWLEDGED))
        heard = list(frames_until_closed(connected))
    assert PING in [kind for kind, _ in heard]


@pytest.mark.parametrize(
    "words",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\0" * 10_000, PREFACE + b"\xff" * 1_000],
    ids=["HTTP/1.1", "TLS", "NUL", "garbage after the preface"],
)
def test_who_does_not_speak_http2_is_sent_away_and_nobody_notices(door: Door, words):
    with raw_connection(door) as connected:
        connected.sendall(words)
        with suppress(OSError):  # the door may have hung up by now
            connected.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            goaway_code(connected)
    assert door.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="ACME"))
