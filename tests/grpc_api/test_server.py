"""The server itself: subsets of its services, health, reflection, certificates, the command, its end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.db import connection
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from grpc_api.callers import address_of
from grpc_api.server import Certificates
from market.feed import Channel
from market.models import Order
from market.records import Readiness
from market.selectors import readiness
from marketops.v1 import admin_service_pb2, analytics_service_pb2, instruments_pb2, market_data_pb2, orders_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import PATIENCE_S, Caller, Door, opened, refused
from tests.market_place import MarketPlace
from tests.running_system import RunningSystem
from vocabulary import limits
from vocabulary.orders import ExecType, LiquiditySide, OrdStatus, OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase

ROOT = Path(__file__).parents[2]
PROTOCOL = ROOT / "proto" / "marketops" / "v1"
START_S = 30


def test_a_server_offers_the_services_it_was_asked_for_and_no_others(market: MarketPlace):
    with opened(market, names=("analytics",)) as door:
        door.anonymous.call("GetPriceSummary", analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME"))
        with door.nothing_recorded(), refused("UNIMPLEMENTED", ""):
            door.trader.call("PlaceOrder", door.ticket())
        with door.nothing_recorded(), refused("UNIMPLEMENTED", ""):
            door.operator.call("Halt", admin_service_pb2.HaltRequest(symbol="ACME", reason="news"))
        assert health_of(door, "marketops.v1.AnalyticsService") == "SERVING"
        with refused("NOT_FOUND", ""):
            health_of(door, "marketops.v1.MarketService")


def health_of(door: Door, service: str) -> str:
    stub = health_pb2_grpc.HealthStub(door.channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_S)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def test_without_its_database_no_service_serves_and_with_it_all_do_again(market: MarketPlace, monkeypatch):
    monkeypatch.setattr(limits, "GRPC_HEALTH_INTERVAL_MS", 10)
    is_ready = True
    monkeypatch.setattr(readiness, "probe", lambda: Readiness(is_ready, is_ready, True, 0.0))
    with opened(market) as door:
        watched = health_pb2_grpc.HealthStub(door.channel).Watch(
            health_pb2.HealthCheckRequest(service="marketops.v1.MarketService"), timeout=PATIENCE_S
        )
        told = (health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status) for answer in watched)
        assert next(told) == "SERVING"
        is_ready = False
        assert next(told) == "NOT_SERVING"
        is_ready = True
        assert next(told) == "SERVING"


def test_health_is_told_without_a_key(door: Door):
    for service in ("", "marketops.v1.MarketService", "marketops.v1.AnalyticsService", "marketops.v1.AdminService"):
        assert health_of(door, service) == "SERVING"


def test_in_the_demo_a_client_made_from_reflection_alone_trades(system: RunningSystem):
    seller = system.let_in({"seller-by-reflection": "HOUSE"})["seller-by-reflection"]
    buyer = system.demo["trader"]
    with grpc.insecure_channel(system.demo["grpc"]) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        assert set(database.get_services()) >= {"marketops.v1.MarketService", "grpc.health.v1.Health"}
        reflected = Reflected(channel, DescriptorPool(database))
        since = reflected.stream("StreamExecutions", buyer["api_key"])
        next(since)
        ticket = {"symbol": "NOVA", "ord_type": "ORD_TYPE_LIMIT", "order_qty": "5", "price": "127.35"}
        offer = {**ticket, "cl_ord_id": "r-1", "account": seller.account, "side": "SIDE_SELL"}
        reflected.call("PlaceOrder", seller.api_key, **offer)
        bid = {**ticket, "cl_ord_id": "r-2", "account": buyer["account"], "side": "SIDE_BUY"}
        placed = reflected.call("PlaceOrder", buyer["api_key"], **bid)
        while not (reports := [report for report in next(since).executions if report.last_qty]):
            pass
        assert (reports[0].order_id, reports[0].last_qty) == (placed.order.order_id, "5")
        since.cancel()


class Reflected:
    """A client that knows the protocol from the server alone."""

    def __init__(self, channel: grpc.Channel, pool: DescriptorPool) -> None:
        self._channel = channel
        self._service = pool.FindServiceByName("marketops.v1.MarketService")

    def call(self, name: str, key: str, **fields: Any) -> Any:
        """One request, one reply."""
        return self._begun(name, self._channel.unary_unary, key=key, fields=fields)

    def stream(self, name: str, key: str, **fields: Any) -> Any:
        """One request, many replies."""
        return self._begun(name, self._channel.unary_stream, key=key, fields=fields)

    def _begun(self, name: str, kind: Any, *, key: str, fields: dict[str, Any]) -> Any:
        method = self._service.methods_by_name[name]
        call = kind(
            f"/{self._service.full_name}/{name}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        metadata = [("authorization", f"Bearer {key}")]
        return call(GetMessageClass(method.input_type)(**fields), timeout=PATIENCE_S, metadata=metadata)


def test_a_connection_takes_a_hundred_streams_and_the_next_one_waits(door: Door):
    streams = [
        door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how)
        for _ in range(limits.GRPC_STREAMS_PER_CONNECTION_MAX)
    ]
    for stream in streams:
        next(stream)
    instrument = market_pb2.GetInstrumentRequest(symbol="ACME")
    with refused("DEADLINE_EXCEEDED", ""):
        door.anonymous.market.GetInstrument(instrument, timeout=0.3)
    with grpc.insecure_channel(door.serving.address, options=[("grpc.use_local_subchannel_pool", 1)]) as another:
        assert Caller(another, key=None).call("GetInstrument", instrument).instrument.symbol == "ACME"
    for stream in streams:
        stream.cancel()
    assert door.anonymous.call("GetInstrument", instrument).instrument.symbol == "ACME"


def test_a_server_with_as_many_calls_as_it_carries_refuses_the_next_one(market: MarketPlace, monkeypatch):
    monkeypatch.setattr(limits, "GRPC_CALLS_MAX", 2)
    with opened(market) as door:
        streams = [
            door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how)
            for _ in range(2)
        ]
        for stream in streams:
            next(stream)
        with door.nothing_recorded(), refused("RESOURCE_EXHAUSTED", ""):
            door.trader.call("PlaceOrder", door.ticket())
        for stream in streams:
            stream.cancel()


@pytest.mark.parametrize(
    ("wire", "words", "prefix"),
    [
        (orders_pb2.Side, Side, "SIDE_"),
        (orders_pb2.OrdType, OrdType, "ORD_TYPE_"),
        (orders_pb2.TimeInForce, TimeInForce, "TIME_IN_FORCE_"),
        (orders_pb2.OrdStatus, OrdStatus, "ORD_STATUS_"),
        (orders_pb2.ExecType, ExecType, "EXEC_TYPE_"),
        (orders_pb2.LiquiditySide, LiquiditySide, "LIQUIDITY_SIDE_"),
        (instruments_pb2.TradingPhase, TradingPhase, "TRADING_PHASE_"),
    ],
)
def test_the_protocol_has_every_word_of_the_glossary(wire, words, prefix):
    assert set(wire.keys()) == {f"{prefix}{name}" for name in ["UNSPECIFIED", *words.__members__]}


def test_the_protocol_has_the_channels_that_books_are_kept_in_step_with():
    carried = [channel.name for channel in (Channel.TRADES, Channel.DEPTH, Channel.TICKER)]
    assert set(market_data_pb2.Channel.keys()) == {f"CHANNEL_{name}" for name in ["UNSPECIFIED", *carried]}


def test_the_protocol_has_no_floating_point_number():
    files = {path.name: import_module(f"marketops.v1.{path.stem}_pb2") for path in PROTOCOL.glob("*.proto")}
    assert files
    floating = {FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT}
    for file in files.values():
        for message in every_message(file.DESCRIPTOR.message_types_by_name.values()):
            assert [field.name for field in message.fields if field.type in floating] == [], message.full_name


def every_message(messages: Iterable[Descriptor]) -> Iterator[Descriptor]:
    """These messages and those within them, the entries of maps included."""
    for message in messages:
        yield message
        yield from every_message(message.nested_types)


@pytest.mark.parametrize(
    ("peer", "address"),
    [("ipv4:127.0.0.1:5000", "127.0.0.1"), ("ipv6:%5B::1%5D:5000", "::1"), ("ipv6:[fe80::1%25eth0]:1", "fe80::1%eth0")],
)
def test_a_peers_address_is_read_from_its_name(peer, address):
    assert address_of(peer) == address


def test_two_servers_never_share_a_port(door: Door):
    port = int(door.serving.address.rpartition(":")[2])
    with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1:{port}"):
        call_command("rungrpc", port=port, bind="127.0.0.1")


def issue(folder: Path, name: str, *, by: str | None = None) -> None:
    """A certificate of this name for this machine, signed by an earlier one or by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.load_pem_x509_certificate((folder / f"{by}.pem").read_bytes()).subject if by else subject
    signer = load_pem_private_key((folder / f"{by}.key").read_bytes(), None) if by else key
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.IPAddress(ip_address("127.0.0.1"))] if name == "localhost" else []
    built = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if names:
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    (folder / f"{name}.pem").write_bytes(built.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with an authority, the server's certificate and one of tim's."""
    issue(tmp_path, "ca")
    for name in ("localhost", "tim"):
        issue(tmp_path, name, by="ca")
    return tmp_path


def secure(address: str, folder: Path, *, certificate: str | None = None) -> grpc.Channel:
    pair = [(folder / f"{certificate}.{kind}").read_bytes() for kind in ("key", "pem")] if certificate else [None, None]
    credentials = grpc.ssl_channel_credentials((folder / "ca.pem").read_bytes(), *pair)
    return grpc.secure_channel(address, credentials)


def test_over_tls_everything_is_as_without(market: MarketPlace, certificates: Path):
    shown = Certificates(certificates / "localhost.pem", certificates / "localhost.key")
    with opened(market, certificates=shown) as door, secure(door.serving.address, certificates) as channel:
        trader = Caller(channel, door.trader.key)
        assert trader.call("PlaceOrder", door.ticket()).order.cl_ord_id == "my-1"
        with refused("UNAVAILABLE", ""):
            door.trader.market.GetInstrument(market_pb2.GetInstrumentRequest(symbol="ACME"), timeout=PATIENCE_S)


def test_a_certificate_speaks_for_its_own_name_alone(market: MarketPlace, certificates: Path):
    shown = Certificates(certificates / "localhost.pem", certificates / "localhost.key", certificates / "ca.pem")
    with opened(market, certificates=shown) as door:
        with secure(door.serving.address, certificates) as channel, refused("UNAVAILABLE", ""):
            Caller(channel, door.trader.key).call("PlaceOrder", door.ticket())
        with secure(door.serving.address, certificates, certificate="tim") as channel:
            Caller(channel, door.trader.key).call("PlaceOrder", door.ticket())
            with door.nothing_recorded(), refused("PERMISSION_DENIED", "not_permitted"):
                Caller(channel, door.operator.key).call(
                    "Halt", admin_service_pb2.HaltRequest(symbol="ACME", reason="news")
                )


@pytest.fixture
def process(market: MarketPlace, certificates: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """`manage.py rungrpc` with the market service and a certificate, in a process of its own, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready = certificates / "ready"
    env = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"],
        "MARKETOPS_VAR_DIR": str(certificates),
        "MARKETOPS_PROCESS": "grpc",
        "MARKETOPS_READY_FILE": str(ready),
        "MARKETOPS_GRPC_TLS_CERT": str(certificates / "localhost.pem"),
        "MARKETOPS_GRPC_TLS_KEY": str(certificates / "localhost.key"),
    }
    command = [sys.executable, "manage.py", "rungrpc", "--services", "market", "--port", str(port)]
    with subprocess.Popen(command, env=env, cwd=ROOT) as server:
        try:
            until = time.monotonic() + START_S
            while not ready.exists():
                assert server.poll() is None, "the server ended"
                assert time.monotonic() < until, "the server does not say that it is ready"
                time.sleep(0.05)  # a bounded wait for another process
            yield server, port
        finally:
            server.kill()


def test_the_command_serves_by_tls_until_sigterm_sends_streams_away_in_time_and_ends_the_calls_that_it_has_begun(
    market: MarketPlace, certificates: Path, process
):
    server, port = process
    with secure(f"127.0.0.1:{port}", certificates) as channel:
        operator = Caller(channel, market.key_of(market.operator))
        with refused("UNIMPLEMENTED", ""):
            operator.call("Status", admin_service_pb2.StatusRequest())
        trader = Caller(channel, market.key_of(market.trader))
        stream = trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **trader.how)
        next(stream)
        calls = [
            trader.market.PlaceOrder.future(small_order(market, f"late-{number}"), **trader.how) for number in range(40)
        ]
        calls[0].result()
        asked_at = time.monotonic()
        server.send_signal(signal.SIGTERM)
        with refused("UNAVAILABLE", "unavailable"):
            for _ in stream:
                pass
        assert server.wait(START_S) == 0
        assert time.monotonic() - asked_at < 5
        errors = [error.code() for call in calls if (error := call.exception()) is not None]
        assert set(errors) <= {grpc.StatusCode.UNAVAILABLE}
        acknowledged = {call.result().order.cl_ord_id for call in calls if call.exception() is None}
    assert set(Order.objects.values_list("cl_ord_id", flat=True)) == acknowledged


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"GRPC_TLS_CERT": "localhost.pem"}, "TLS needs .*: MARKETOPS_GRPC_TLS_KEY is not set"),
        ({"GRPC_TLS_KEY": "localhost.key"}, "TLS needs .*: MARKETOPS_GRPC_TLS_CERT is not set"),
        ({"GRPC_TLS_CLIENT_CA": "ca.pem"}, "TLS needs .*: MARKETOPS_GRPC_TLS_CERT is not set"),
        ({"GRPC_TLS_CERT": "nothing.pem", "GRPC_TLS_KEY": "localhost.key"}, "cannot be read: .*nothing.pem"),
        ({"GRPC_TLS_CERT": "localhost.pem", "GRPC_TLS_KEY": "tim.key"}, "localhost.pem and .*tim.key are no cert"),
        ({"GRPC_TLS_CERT": "localhost.key", "GRPC_TLS_KEY": "localhost.key"}, "are no certificate and its private key"),
        (
            {"GRPC_TLS_CERT": "localhost.pem", "GRPC_TLS_KEY": "localhost.key", "GRPC_TLS_CLIENT_CA": "tim.key"},
            "tim.key holds no certificate",
        ),
    ],
)
def test_half_a_certificate_or_a_wrong_one_is_said_and_nothing_is_served_in_the_clear(
    certificates: Path, settings, given, said
):
    for name, file in given.items():
        setattr(settings, name, str(certificates / file))
    with pytest.raises(CommandError, match=said):
        call_command("rungrpc", port=0, bind="127.0.0.1")


def test_a_service_that_there_is_not_is_named():
    with pytest.raises(CommandError, match="there is no service 'orders'; there are market, analytics, admin"):
        call_command("rungrpc", "--services", "market,orders")


def small_order(market: MarketPlace, cl_ord_id: str) -> market_pb2.PlaceOrderRequest:
    return market_pb2.PlaceOrderRequest(
        cl_ord_id=cl_ord_id,
        account=market.account,
        symbol="ACME",
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        order_qty="1",
        price="9.00",
    )
