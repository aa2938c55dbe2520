"""Clients of the market socket, in this process and over a real connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from market import feed
from tests.market_place import MarketPlace
from ws_api.routing import websocket_urlpatterns

PATH = "/ws/v1/market/"
PATIENCE_S = 5
APPLICATION = URLRouter(websocket_urlpatterns)


class Client:
    """One connection."""

    def __init__(self, application: Any = APPLICATION, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.socket = WebsocketCommunicator(application, PATH, headers=headers)

    async def connect(self) -> bool:
        """Whether the handshake went through."""
        accepted, _ = await self.socket.connect(timeout=PATIENCE_S)
        return bool(accepted)

    async def say(self, message: Any) -> None:
        """Send a text as it is, anything else as JSON."""
        await self.socket.send_to(text_data=message if isinstance(message, str) else orjson.dumps(message).decode())

    async def subscribe(self, *channels: str, symbols: tuple[str, ...] = ("ACME",), id: str = "1") -> None:
        """Subscribe, without waiting for the answer."""
        await self.say({"op": "subscribe", "id": id, "channels": list(channels), "symbols": list(symbols)})

    async def hear(self) -> dict[str, Any]:
        """The next message, heartbeats left out."""
        while True:
            message: dict[str, Any] = orjson.loads(await self.socket.receive_from(timeout=PATIENCE_S))
            if message["type"] != "heartbeat":
                return message

    async def closed_with(self) -> int:
        """Wait for the server to close, whatever it says before, and return its code."""
        async with asyncio.timeout(10):
            while (event := await self.socket.receive_output(timeout=10))["type"] != "websocket.close":
                pass
        return int(event["code"])


Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
async def connect(market: MarketPlace) -> AsyncIterator[Connect]:
    """Connects clients to the small market's feed, and takes leave of them at the end."""
    clients: list[Client] = []

    async def connected(application: Any = APPLICATION) -> Client:
        client = Client(application)
        assert await client.connect()
        clients.append(client)
        return client

    yield connected
    for client in clients:
        await client.socket.disconnect()
    await feed.close()
