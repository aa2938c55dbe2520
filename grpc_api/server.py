"""The server: which services it offers, its limits, its certificates, and how it goes down."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from grpc_api import gathered, health_watch
from grpc_api.admin_service import ADMIN_SERVICE
from grpc_api.analytics_service import ANALYTICS_SERVICE
from grpc_api.gate import Gate
from grpc_api.market_service import MARKET_SERVICE
from grpc_api.methods import Service, accesses_of
from market import feed
from vocabulary import limits

SERVICES: Mapping[str, Service] = {
    "market": MARKET_SERVICE,
    "analytics": ANALYTICS_SERVICE,
    "admin": ADMIN_SERVICE,
}
HEALTH_METHODS = frozenset(f"/{health.SERVICE_NAME}/{name}" for name in ("Check", "List", "Watch"))
REFLECTION_METHODS = frozenset({f"/{reflection.SERVICE_NAME}/ServerReflectionInfo"})


class CannotListen(Exception):
    """The address is taken or not one of this machine, or a certificate is none."""


class Certificates(NamedTuple):
    """What the server shows, and whose certificates a client must show in turn; PEM files."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def credentials(self) -> Any:
        """The certificates as the library takes them. Raises OSError for a file that cannot be read, CannotListen for
        one that does not hold what it should."""
        pair = (self.key.read_bytes(), self.certificate.read_bytes())
        client_ca = None if self.client_ca is None else self.client_ca.read_bytes()
        self._check()
        return grpc.ssl_server_credentials([pair], client_ca, require_client_auth=client_ca is not None)

    def _check(self) -> None:
        # The library says no more of a bad file than that it cannot listen.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key, password="")
        except ssl.SSLError as error:
            raise CannotListen(f"{self.certificate} and {self.key} are no certificate and its private key.") from error
        if self.client_ca is None:
            return
        try:
            context.load_verify_locations(self.client_ca)
        except ssl.SSLError as error:
            raise CannotListen(f"{self.client_ca} holds no certificate.") from error


class GrpcServer:
    """One server with some of the services. It belongs to the event loop that it is made in."""

    def __init__(self, services: Sequence[Service], *, reflects: bool = False) -> None:
        library = HEALTH_METHODS | REFLECTION_METHODS if reflects else HEALTH_METHODS
        self._gate = Gate(accesses_of(services), library=library)
        self._server = grpc.aio.server(
            interceptors=[self._gate], options=_options(), maximum_concurrent_rpcs=limits.GRPC_CALLS_MAX
        )
        self._server.add_generic_rpc_handlers([service.handler() for service in services])
        self._names = [service.full_name for service in services]
        self._health = health.aio.HealthServicer()
        self._watch: asyncio.Task[None] | None = None
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if reflects:
            offered = [*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME]
            reflection.enable_server_reflection(offered, self._server)

    async def start(self, address: str, *, certificates: Certificates | None = None) -> int:
        """Begin to serve and return the port, which the system chooses for port 0. Raises CannotListen."""
        try:
            if certificates is None:
                port = self._server.add_insecure_port(address)
            else:
                port = self._server.add_secure_port(address, certificates.credentials())
        except RuntimeError as error:
            raise CannotListen(f"Cannot listen on {address}.") from error
        await self._server.start()
        for name in ("", *self._names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._watch = asyncio.create_task(health_watch.keep_telling(self._health, names=self._names))
        return int(port)

    async def stop(self) -> None:
        """Take nothing new, send the streams away, let what has begun come to its end, within GRPC_DRAIN_S."""
        if self._watch is not None:
            self._watch.cancel()
        await self._health.enter_graceful_shutdown()
        self._gate.close_streams()
        await self._server.stop(limits.GRPC_DRAIN_S)
        await gathered.orders.finish()
        await feed.close()


def _options() -> tuple[tuple[str, int], ...]:
    return (
        ("grpc.max_receive_message_length", limits.GRPC_MESSAGE_BYTES_MAX),
        ("grpc.max_metadata_size", limits.GRPC_METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", limits.GRPC_METADATA_BYTES_MAX),
        ("grpc.max_concurrent_streams", limits.GRPC_STREAMS_PER_CONNECTION_MAX),
        ("grpc.keepalive_time_ms", limits.GRPC_KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", limits.GRPC_KEEPALIVE_TIMEOUT_MS),
        # A ping of the library has a minute of its own to be answered, whatever is said above.
        ("grpc.http2.ping_timeout_ms", limits.GRPC_KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", limits.GRPC_PING_INTERVAL_MS_MIN),
        ("grpc.max_connection_idle_ms", limits.GRPC_IDLE_CONNECTION_MS_MAX),
        # A port that somebody else serves must be refused, not shared.
        ("grpc.so_reuseport", 0),
    )
