"""A real server of the gRPC door in this process, and real clients: with a key each, and one without."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import grpc
import pytest
from django.db import connections
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from access.models import AuditEntry
from grpc_api.server import SERVICES, Certificates, GrpcServer
from market.models import ClOrdIdUse, InboxCommand, Instrument, JournalEvent, Order
from marketops.v1 import (
    admin_service_pb2_grpc,
    analytics_service_pb2_grpc,
    market_service_pb2,
    market_service_pb2_grpc,
    orders_pb2,
)
from tests.market_place import MarketPlace

PATIENCE_S = 20


class Serving:
    """A server on an event loop of its own, in a thread of its own."""

    def __init__(
        self,
        names: tuple[str, ...] = tuple(SERVICES),
        *,
        reflects: bool = False,
        certificates: Certificates | None = None,
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self.server: GrpcServer = self._run(self._made(names, reflects=reflects))
        port = self._run(self.server.start("127.0.0.1:0", certificates=certificates))
        self.address = f"127.0.0.1:{port}"

    async def _made(self, names: tuple[str, ...], *, reflects: bool) -> GrpcServer:
        return GrpcServer([SERVICES[name] for name in names], reflects=reflects)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def stop(self) -> None:
        """Go down as the process does."""
        if self._thread.is_alive():
            self._run(self.server.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class Caller:
    """Somebody calling, with a key or without."""

    def __init__(self, channel: grpc.Channel, key: str | None) -> None:
        self.channel = channel
        self.key = key
        self.market = market_service_pb2_grpc.MarketServiceStub(channel)
        self.analytics = analytics_service_pb2_grpc.AnalyticsServiceStub(channel)
        self.admin = admin_service_pb2_grpc.AdminServiceStub(channel)

    @property
    def how(self) -> dict[str, Any]:
        """The keyword arguments of a call."""
        metadata = [] if self.key is None else [("authorization", f"Bearer {self.key}")]
        return {"timeout": PATIENCE_S, "metadata": metadata}

    def call(self, method: str, request: Any) -> Any:
        """Call a unary method of any service by its name."""
        return getattr(self._service_with(method), method)(request, **self.how)

    def first_of(self, method: str, request: Any) -> Any:
        """The first reply of a stream, which is then left."""
        stream = getattr(self._service_with(method), method)(request, **self.how)
        try:
            return next(stream)
        finally:
            stream.cancel()

    def _service_with(self, method: str) -> Any:
        return next(stub for stub in (self.market, self.analytics, self.admin) if hasattr(stub, method))


@dataclass
class Door:
    """Who calls, and what the exchange holds."""

    serving: Serving
    place: MarketPlace
    channel: grpc.Channel
    anonymous: Caller
    trader: Caller
    other: Caller
    operator: Caller
    staff: Caller

    def ticket(self, **changes: Any) -> market_service_pb2.PlaceOrderRequest:
        """A good order of the trader's with some fields changed; one that is None here is left out."""
        ticket = {
            "cl_ord_id": "my-1",
            "account": self.place.account,
            "symbol": "ACME",
            "side": orders_pb2.SIDE_BUY,
            "ord_type": orders_pb2.ORD_TYPE_LIMIT,
            "order_qty": "100",
            "price": "10.05",
            **changes,
        }
        given = {name: value for name, value in ticket.items() if value is not None}
        return market_service_pb2.PlaceOrderRequest(**given)

    def recorded(self) -> tuple[int, ...]:
        """How much there is of all that a call could add to."""
        models = (Order, ClOrdIdUse, InboxCommand, Instrument, JournalEvent, AuditEntry)
        return tuple(model.objects.count() for model in models)

    @contextmanager
    def nothing_recorded(self) -> Iterator[None]:
        """What happens within leaves nothing behind."""
        before = self.recorded()
        yield
        assert self.recorded() == before

    @contextmanager
    def matching(self) -> Iterator[None]:
        """A matcher that works beside the test, as a worker would."""
        over = Event()
        worker = Thread(target=self._match_until, args=[over])
        worker.start()
        try:
            yield
        finally:
            over.set()
            worker.join()

    def _match_until(self, over: Event) -> None:
        while not over.wait(0.01):
            self.place.drain()
        connections.close_all()


@contextmanager
def opened(market: MarketPlace, **how: Any) -> Iterator[Door]:
    """The door of the small market, served as asked for."""
    serving = Serving(**how)
    channel = grpc.insecure_channel(serving.address)
    people = (market.trader, market.house, market.operator, market.staff)
    callers = [Caller(channel, key) for key in (None, *map(market.key_of, people))]
    try:
        yield Door(serving, market, channel, *callers)
    finally:
        channel.close()
        serving.stop()


@pytest.fixture
def door(market: MarketPlace) -> Iterator[Door]:
    """The door of the small market, with every service."""
    with opened(market) as served:
        yield served


@dataclass
class Refused:
    """How a call was refused."""

    status: str
    detail: str
    reason: str
    facts: dict[str, str]
    fields: list[str]
    retry_s: int | None


@contextmanager
def refused(status: str, reason: str) -> Iterator[Refused]:
    """The call within is refused with this status and reason, and shows nothing of the inside."""
    told = Refused("", "", "", {}, [], None)
    with pytest.raises(grpc.RpcError) as raised:
        yield told
    told.__dict__.update(refusal_in(raised.value).__dict__)
    assert (told.status, told.reason) == (status, reason), told
    for inside in ("Traceback", "psycopg", "SELECT", "/site-packages/"):
        assert inside not in str(raised.value)


def refusal_in(error: grpc.RpcError) -> Refused:
    """What an error says, its details included."""
    told = Refused(error.code().name, error.details(), "", {}, [], None)
    rich = rpc_status.from_call(error)
    for packed in rich.details if rich else []:
        info, request, retry = (
            error_details_pb2.ErrorInfo(),
            error_details_pb2.BadRequest(),
            error_details_pb2.RetryInfo(),
        )
        if packed.Unpack(info):
            assert info.domain == "marketops"
            told.reason, told.facts = info.reason, dict(info.metadata)
        elif packed.Unpack(request):
            told.fields = [fault.field for fault in request.field_violations]
        elif packed.Unpack(retry):
            told.retry_s = retry.retry_delay.seconds
    return told
