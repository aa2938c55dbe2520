"""Signed calls: the key never travels, and what was signed is taken once, as it was signed."""

import time
from typing import Any

import pytest

from access.models import ApiKey
from access.services import api_keys
from market.models import Order
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import Door, refused
from tests.rest_api.test_signed_requests import Signer

PLACE = "/marketops.v1.MarketService/PlaceOrder"
EXECUTIONS = "/marketops.v1.MarketService/StreamExecutions"
ENTRY = "/marketops.v1.MarketService/OrderEntry"


@pytest.fixture
def signer(door: Door) -> Signer:
    """The trader, who signs."""
    return Signer(api_keys.issue(actor=door.place.trader, name="signing"))


def signed(signer: Signer, method: str, request: Any = None, **changes: Any) -> dict[str, Any]:
    """The keyword arguments of a call that is signed."""
    body = b"" if request is None else request.SerializeToString()
    return {"timeout": 20, "metadata": [("authorization", signer.header("POST", method, body, **changes))]}


def test_a_signed_order_is_taken_on_once(door: Door, signer: Signer):
    ticket = door.ticket()
    how = signed(signer, PLACE, ticket)
    assert door.anonymous.market.PlaceOrder(ticket, **how).order.cl_ord_id == "my-1"
    with refused("UNAUTHENTICATED", "signature_reused"):
        door.anonymous.market.PlaceOrder(ticket, **how)
    assert door.anonymous.market.PlaceOrder(ticket, **signed(signer, PLACE, ticket, window_ms=5_001)).replayed


@pytest.mark.parametrize(
    ("method", "changes", "reason"),
    [
        (PLACE, {"secret": "ms_wrong"}, "invalid_signature"),
        (ENTRY, {}, "invalid_signature"),
        (PLACE, {"timestamp_ms": 1}, "outside_window"),
        (PLACE, {"window_ms": 60_001}, "invalid_window"),
    ],
)
def test_what_was_signed_otherwise_is_refused(door: Door, signer: Signer, method: str, changes: Any, reason: str):
    ticket = door.ticket()
    with door.nothing_recorded(), refused("UNAUTHENTICATED", reason):
        door.anonymous.market.PlaceOrder(ticket, **signed(signer, method, ticket, **changes))


def test_an_order_that_was_changed_on_its_way_is_refused(door: Door, signer: Signer):
    how = signed(signer, PLACE, door.ticket())
    with door.nothing_recorded(), refused("UNAUTHENTICATED", "invalid_signature"):
        door.anonymous.market.PlaceOrder(door.ticket(order_qty="1000"), **how)


def test_streams_are_signed_as_well(door: Door, signer: Signer):
    wanted = market_pb2.StreamExecutionsRequest()
    stream = door.anonymous.market.StreamExecutions(wanted, **signed(signer, EXECUTIONS, wanted))
    assert "ACME" in next(stream).positions
    stream.cancel()
    requests = iter([market_pb2.OrderEntryRequest(request_id=1, place=door.ticket())])
    (answer,) = door.anonymous.market.OrderEntry(requests, **signed(signer, ENTRY))
    assert answer.WhichOneof("answer") == "placed"
    assert Order.objects.count() == 1


def test_a_signed_stream_ends_with_its_key(door: Door, signer: Signer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vocabulary.limits.STREAM_CHECKED_EVERY_S", 0.1)
    wanted = market_pb2.StreamExecutionsRequest()
    stream = door.anonymous.market.StreamExecutions(wanted, **signed(signer, EXECUTIONS, wanted))
    next(stream)
    ApiKey.objects.filter(name="signing").update(revoked_at="2026-01-01T00:00:00Z")
    until = time.monotonic() + 15
    with refused("UNAUTHENTICATED", "invalid_key"):
        while time.monotonic() < until:
            next(stream)
