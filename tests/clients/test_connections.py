"""One connection of the client against a server that ends it."""

import asyncio
import json

import websockets

from marketops_client import Backoff
from marketops_client.connection import Connected, Connection

SERVICE_RESTART = 1012
PATIENCE_S = 10
NEVER = Backoff(first_s=3600, longest_s=3600)


class Leaving:
    """A server that sends its first clients away because it goes down for a restart, and keeps whoever comes then."""

    def __init__(self, *, sends_away: int) -> None:
        self._sends_away = sends_away

    async def serve(self, client: websockets.ServerConnection) -> None:
        """Tell the client to come back, or that it is well."""
        if self._sends_away:
            self._sends_away -= 1
            await client.send(json.dumps({"type": "error", "code": "service_restart", "detail": "", "id": None}))
            await client.close(SERVICE_RESTART)
        else:
            await client.send(json.dumps({"type": "heartbeat"}))
            await client.wait_closed()


async def heard_types(*, sends_away: int, backoff: Backoff) -> list[str]:
    """What a client hears until it is told that all is well."""
    heard: list[str] = []
    async with websockets.serve(Leaving(sends_away=sends_away).serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        messages = Connection(f"ws://127.0.0.1:{port}/", headers={}, backoff=backoff).messages()
        async for said in messages:
            heard.append("connected" if isinstance(said, Connected) else said["type"])
            if heard[-1] == "heartbeat":
                break
        await messages.aclose()
    return heard


async def test_a_client_who_is_told_of_a_restart_comes_back_without_a_pause():
    async with asyncio.timeout(PATIENCE_S):
        assert await heard_types(sends_away=1, backoff=NEVER) == ["connected", "error", "connected", "heartbeat"]


async def test_a_client_who_is_sent_away_again_and_again_pauses_as_after_any_loss():
    async with asyncio.timeout(PATIENCE_S):
        heard = await heard_types(sends_away=3, backoff=Backoff(first_s=0.01, longest_s=0.01))
    assert heard == [*["connected", "error"] * 3, "connected", "heartbeat"]
