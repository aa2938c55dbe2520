"""Clients of the market socket, in this process and over a real connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import msgpack
import orjson
import pytest
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from market import feed
from tests.market_place import MarketPlace
from tests.web_process import WebProcess
from ws_api.routing import websocket_urlpatterns

PATH = "/ws/v1/market/"
ORDERS = "/ws/v1/orders/"
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
        going_down: asyncio.Event | None = None,
    ) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": headers or [],
            "subprotocols": list(subprotocols),
            "state": {"going_down": going_down},
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


@pytest.fixture
def address(web_process: WebProcess) -> str:
    """Where it serves the market socket."""
    return f"ws://{web_process.address}{PATH}"
