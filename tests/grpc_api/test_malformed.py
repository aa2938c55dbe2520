"""What cannot be read is refused before the exchange looks at it, and the server lives."""

import gzip
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.unknown_fields import UnknownFieldSet

from marketops.v1 import admin_service_pb2, analytics_service_pb2, instruments_pb2, orders_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import PATIENCE_S, Door, refusal_in, refused
from vocabulary import limits

PLACE = "/marketops.v1.MarketService/PlaceOrder"


def send_raw(door: Door, data: bytes, *, method: str = PLACE, **how: Any) -> bytes:
    """Bytes as they are, from the trader."""
    answer: bytes = door.channel.unary_unary(method)(data, **{**door.trader.how, **how})
    return answer


@pytest.fixture(autouse=True)
def _the_server_lives_and_nothing_is_recorded(door: Door):
    with door.nothing_recorded():
        yield
    door.anonymous.call("ListInstruments", market_pb2.ListInstrumentsRequest())


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"cl_ord_id": None}, "cl_ord_id", "required"),
        ({"cl_ord_id": "a b"}, "cl_ord_id", "malformed"),
        ({"cl_ord_id": "x" * 65}, "cl_ord_id", "malformed"),
        ({"cl_ord_id": "\N{ROCKET}"}, "cl_ord_id", "malformed"),
        ({"cl_ord_id": "a\x00"}, "cl_ord_id", "malformed"),
        ({"cl_ord_id": "a\n"}, "cl_ord_id", "malformed"),
        ({"account": ""}, "account", "required"),
        ({"account": "x" * 17}, "account", "malformed"),
        ({"symbol": "acme"}, "symbol", "malformed"),
        ({"symbol": "\N{CYRILLIC CAPITAL LETTER A}CME"}, "symbol", "malformed"),
        ({"side": None}, "side", "required"),
        ({"side": 7}, "side", "unknown_word"),
        ({"side": -1}, "side", "unknown_word"),
        ({"ord_type": None}, "ord_type", "required"),
        ({"time_in_force": 99}, "time_in_force", "unknown_word"),
        ({"order_qty": None}, "order_qty", "required"),
        ({"order_qty": "NaN"}, "order_qty", "not_a_decimal_string"),
        ({"order_qty": "1e3"}, "order_qty", "not_a_decimal_string"),
        ({"order_qty": "Infinity"}, "order_qty", "not_a_decimal_string"),
        ({"order_qty": "1_000"}, "order_qty", "not_a_decimal_string"),
        ({"order_qty": "\N{ARABIC-INDIC DIGIT ONE}"}, "order_qty", "not_a_decimal_string"),
        ({"order_qty": "1" * 41}, "order_qty", "too_many_digits"),
        ({"price": ""}, "price", "required"),
        ({"price": "10,05"}, "price", "not_a_decimal_string"),
        ({"price": " 10"}, "price", "not_a_decimal_string"),
        ({"price": "1" * 100_000}, "price", "too_many_digits"),
        ({"price": None}, "price", "required"),
        ({"ord_type": orders_pb2.ORD_TYPE_MARKET}, "price", "price_not_allowed"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(door: Door, changes, field, reason):
    with refused("INVALID_ARGUMENT", reason) as told:
        door.trader.call("PlaceOrder", door.ticket(**changes))
    assert told.fields == [field]
    assert field in told.detail


def test_all_faults_are_named_at_once(door: Door):
    with refused("INVALID_ARGUMENT", "required") as told:
        door.trader.call("PlaceOrder", market_pb2.PlaceOrderRequest())
    assert told.fields == ["cl_ord_id", "account", "symbol", "side", "ord_type", "order_qty"]


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("GetOrder", market_pb2.GetOrderRequest(), "order"),
        ("GetOrder", market_pb2.GetOrderRequest(cl_ord_id={"account": "A"}), "cl_ord_id.cl_ord_id"),
        ("ListOrders", market_pb2.ListOrdersRequest(count=0), "count"),
        ("ListOrders", market_pb2.ListOrdersRequest(count=1_001), "count"),
        ("ListOrders", market_pb2.ListOrdersRequest(before=-1), "before"),
        ("ListOrders", market_pb2.ListOrdersRequest(symbol="' OR 1=1"), "symbol"),
        ("ListTrades", market_pb2.ListTradesRequest(symbol="ACME", count=-5), "count"),
        ("QueryOrderBook", market_pb2.QueryOrderBookRequest(symbol="ACME", levels=1_001), "levels"),
        ("QueryOrderBook", market_pb2.QueryOrderBookRequest(), "symbol"),
        ("QueryFullDepth", market_pb2.QueryFullDepthRequest(symbol="ACME", count=0), "count"),
        ("QueryFullDepth", market_pb2.QueryFullDepthRequest(), "symbol"),
        ("GetPriceSummary", analytics_service_pb2.GetPriceSummaryRequest(symbol=""), "symbol"),
        (
            "GetPriceSummary",
            analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME", end=Timestamp(seconds=2**62)),
            "end",
        ),
        (
            "GetPriceSummary",
            analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME", start=Timestamp(nanos=-1)),
            "start",
        ),
        (
            "GetPriceSummary",
            analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME", start={"seconds": 9}, end={"seconds": 9}),
            "start",
        ),
        (
            "GetPriceSummary",
            analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME", end={"seconds": -62_135_596_800}),
            "start",
        ),
        (
            "GetVolumeTrends",
            analytics_service_pb2.GetVolumeTrendsRequest(symbol="ACME", interval=analytics_service_pb2.INTERVAL_1S),
            "interval",
        ),
        ("GetVolumeTrends", analytics_service_pb2.GetVolumeTrendsRequest(symbol="ACME", interval=99), "interval"),
    ],
)
def test_a_request_that_cannot_be_read_names_its_field(door: Door, method, request_, field):
    with pytest.raises(grpc.RpcError) as raised:
        door.trader.call(method, request_)
    told = refusal_in(raised.value)
    assert (told.status, told.fields) == ("INVALID_ARGUMENT", [field])


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"reason": ""}, "reason", "required"),
        ({"reason": "   "}, "reason", "required"),
        ({"reason": "x" * 201}, "reason", "too_long"),
        ({"reason": "a\nb"}, "reason", "not_printable"),
        ({"reason": "\N{RIGHT-TO-LEFT OVERRIDE}"}, "reason", "not_printable"),
        ({"symbol": ""}, "symbol", "required"),
    ],
)
def test_a_halt_needs_a_reason_that_people_can_read(door: Door, changes, field, reason):
    request = admin_service_pb2.HaltRequest(**{"symbol": "ACME", "reason": "news", **changes})
    with refused("INVALID_ARGUMENT", reason) as told:
        door.operator.call("Halt", request)
    assert told.fields == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tick_size": "0"}, "tick_size"),
        ({"tick_size": "0.000000001"}, "tick_size"),
        ({"lot_size": "-1"}, "lot_size"),
        ({"reference_price": "10.005"}, "reference_price"),
        ({"band_percent": "100"}, "band_percent"),
        ({"currency": "usd"}, "currency"),
        ({"kind": instruments_pb2.INSTRUMENT_KIND_UNSPECIFIED}, "kind"),
        ({"symbol": "ACME"}, "symbol"),
    ],
)
def test_an_instrument_that_does_not_fit_together_is_not_listed(door: Door, changes, field):
    listing = {
        "symbol": "NEW", "name": "New", "kind": instruments_pb2.INSTRUMENT_KIND_SHARE, "currency": "USD",
        "tick_size": "0.01", "lot_size": "1", "reference_price": "10.00", **changes,
    }  # fmt: skip
    with pytest.raises(grpc.RpcError) as raised:
        door.operator.call("AddInstrument", market_pb2.AddInstrumentRequest(**listing))
    told = refusal_in(raised.value)
    assert (told.status, told.fields) == ("INVALID_ARGUMENT", [field])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x0a", "malformed_message"),  # a length that is missing
        (b"\x0a\xff\xff\xff\xff\x0f", "malformed_message"),  # a length beyond the end
        (b"\x0a\x02\xff\xfe", "malformed_message"),  # a string that is not UTF-8
        (b"\xff" * 64, "malformed_message"),
        (b"\x0b" * 10_000, "malformed_message"),  # groups without an end, one within another
        (b"\x08\x01", "unknown_field"),  # cl_ord_id as a number
        (b"\xa0\x06\x01", "unknown_field"),  # field 100
    ],
)
def test_bytes_that_are_no_order_are_refused(door: Door, data, reason):
    with refused("INVALID_ARGUMENT", reason):
        send_raw(door, data)


def test_a_field_of_a_later_protocol_is_refused_rather_than_overlooked(door: Door):
    data = door.ticket().SerializeToString() + b"\xa2\x06\x01x"
    assert len(UnknownFieldSet(market_pb2.PlaceOrderRequest.FromString(data))) == 1
    with refused("INVALID_ARGUMENT", "unknown_field"):
        send_raw(door, data)


def test_a_message_above_the_limit_is_too_large(door: Door):
    with refused("RESOURCE_EXHAUSTED", ""):
        send_raw(door, b"\x0a" + b"x" * limits.GRPC_MESSAGE_BYTES_MAX)


def test_ten_thousand_symbols_are_too_many(door: Door):
    request = market_pb2.StreamMarketDataRequest(symbols=[f"S{n}" for n in range(10_000)], channels=[1])  # type: ignore[list-item]
    with refused("INVALID_ARGUMENT", "too_many_subscriptions"):
        door.anonymous.first_of("StreamMarketData", request)


def test_a_message_that_unpacks_to_more_than_the_limit_is_too_large(door: Door):
    bomb = b"\x0a" + b"\x00" * 50_000_000
    assert len(gzip.compress(bomb)) < limits.GRPC_MESSAGE_BYTES_MAX
    with refused("RESOURCE_EXHAUSTED", ""):
        send_raw(door, bomb, compression=grpc.Compression.Gzip)


@pytest.mark.parametrize(
    "method",
    [
        "/marketops.v1.MarketService/Nothing",
        "/marketops.v1.Nothing/PlaceOrder",
        "/marketops.v2.MarketService/PlaceOrder",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/",
        "/%00",
    ],
)
def test_what_is_not_offered_is_unimplemented(door: Door, method):
    with refused("UNIMPLEMENTED", ""):
        send_raw(door, b"", method=method)


@pytest.mark.parametrize("timeout", [0, 1e-9, -1])
def test_a_deadline_that_has_passed_is_told_so(door: Door, timeout):
    with refused("DEADLINE_EXCEEDED", ""):
        door.trader.market.GetInstrument(market_pb2.GetInstrumentRequest(symbol="ACME"), timeout=timeout)


def test_too_much_metadata_is_refused(door: Door):
    metadata = [*door.trader.how["metadata"], ("x-long", "x" * 100_000)]
    with refused("RESOURCE_EXHAUSTED", ""):
        door.trader.market.PlaceOrder(door.ticket(), timeout=PATIENCE_S, metadata=metadata)
