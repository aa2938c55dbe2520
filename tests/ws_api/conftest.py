"""Clients of the market socket, in this process and over a real connection."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import orjson
import pytest
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.db import connection

from market import feed
from tests.market_place import MarketPlace
from ws_api.routing import websocket_urlpatterns

PATH = "/ws/v1/market/"
ORDERS = "/ws/v1/orders/"
ROOT = Path(__file__).parents[2]
START_S = 30
PATIENCE_S = 5
APPLICATION = URLRouter(websocket_urlpatterns)


class Client:
    """One connection, by ASGI itself.

    Channels' own communicator keeps database connections from being given back while it waits; readers would soon have
    none left.
    """

    def __init__(
        self,
        application: Any = APPLICATION,
        headers: list[tuple[bytes, bytes]] | None = None,
        *,
        path: str = PATH,
        query: str = "",
        subprotocols: Sequence[str] = (),
    ) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": headers or [],
            "subprotocols": list(subprotocols),
        }
        self._asgi = ApplicationCommunicator(application, scope)
        self.subprotocol: str | None = None

    async def connect(self) -> bool:
        """Whether the handshake went through."""
        await self._asgi.send_input({"type": "websocket.connect"})
        event = await self._asgi.receive_output(timeout=PATIENCE_S)
        self.subprotocol = event.get("subprotocol")
        return bool(event["type"] == "websocket.accept")

    async def leave(self) -> None:
        """Go away, and see the application end; once is enough."""
        if not self._asgi.future.done():
            await self._asgi.send_input({"type": "websocket.disconnect", "code": 1005})
            await self._asgi.wait(timeout=PATIENCE_S)

    async def say(self, message: Any) -> None:
        """Send bytes and text as they are, anything else as JSON."""
        if isinstance(message, bytes):
            await self._asgi.send_input({"type": "websocket.receive", "bytes": message})
        else:
            text = message if isinstance(message, str) else orjson.dumps(message).decode()
            await self._asgi.send_input({"type": "websocket.receive", "text": text})

    async def subscribe(self, *channels: str, symbols: tuple[str, ...] = ("ACME",), id: str = "1") -> None:
        """Subscribe, without waiting for the answer."""
        await self.say({"op": "subscribe", "id": id, "channels": list(channels), "symbols": list(symbols)})

    async def hear(self) -> dict[str, Any]:
        """The next message, heartbeats left out."""
        while True:
            event = await self._asgi.receive_output(timeout=PATIENCE_S)
            assert event["type"] == "websocket.send", event
            packed = event.get("bytes")
            message: dict[str, Any] = orjson.loads(event["text"]) if packed is None else msgpack.unpackb(packed)
            if message["type"] != "heartbeat":
                return message

    async def hear_of(self, type: str) -> dict[str, Any]:
        """The next message of a type; others are passed over."""
        while (message := await self.hear())["type"] != type:
            pass
        return message

    async def ask(self, op: str, **fields: Any) -> dict[str, Any]:
        """Say a request and return its answer; what is heard before it is passed over."""
        await self.say({"op": op, "id": op, **fields})
        while (message := await self.hear()).get("id") != op:
            pass
        return message

    async def closed_with(self) -> int:
        """Wait for the server to close, whatever it says before, and return its code."""
        while (event := await self._asgi.receive_output(timeout=PATIENCE_S))["type"] != "websocket.close":
            pass
        return int(event["code"])


Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
async def connect(market: MarketPlace) -> AsyncIterator[Connect]:
    """Connects clients to the small market's feed, and takes leave of them at the end."""
    clients: list[Client] = []

    async def connected(application: Any = APPLICATION, **how: Any) -> Client:
        client = Client(application, **how)
        assert await client.connect()
        clients.append(client)
        return client

    yield connected
    for client in clients:
        await client.leave()
    await feed.close()


class Daphne(NamedTuple):
    """A server in a process of its own."""

    port: int
    pid: int

    def memory_bytes(self) -> int:
        """How much of it is in memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def daphne(market: MarketPlace, tmp_path: Path) -> Iterator[Daphne]:
    """A Daphne of this test's own that serves the market socket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    test_database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    env = {
        **os.environ,
        "DATABASE_URL": test_database,
        "DJANGO_SETTINGS_MODULE": "marketops_site.settings",
        "MARKETOPS_VAR_DIR": str(tmp_path),
        "MARKETOPS_PROCESS": "web",
    }
    del env["PROMETHEUS_MULTIPROC_DIR"]  # it counts what it does itself, not what all tests do
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "marketops_site.asgi:application"]
    with subprocess.Popen(command, env=env, cwd=ROOT) as server:
        try:
            wait_for_port(port, server=server)
            yield Daphne(port, server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)


@pytest.fixture
def address(daphne: Daphne) -> str:
    """Where it serves the market socket."""
    return f"ws://127.0.0.1:{daphne.port}{PATH}"


def wait_for_port(port: int, *, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)  # a bounded wait for another process, which cannot say that it is ready
    raise TimeoutError("the server does not listen")
