"""A connection is not dropped when its server goes down: what is at hand is done first, and the client is told."""

import asyncio
from typing import Any

from tests.ws_api.conftest import Connect
from ws_api.sockets import Socket

SERVICE_RESTART = 1012


class Slow(Socket):
    """Follows a request when it may, and not before."""

    may_follow: asyncio.Event
    has_begun: asyncio.Event

    async def act(self, fields: dict[str, Any], *, request_id: str | None) -> None:
        """Wait, and answer."""
        self.has_begun.set()
        await self.may_follow.wait()
        self.answer("done", request_id=request_id)


async def test_the_request_at_hand_is_answered_first_and_no_further_one_is_taken(market, connect: Connect):
    Slow.may_follow, Slow.has_begun = asyncio.Event(), asyncio.Event()
    going_down = asyncio.Event()
    client = await connect(Slow.as_asgi(), going_down=going_down)
    await client.say({"op": "first", "id": "first"})
    await Slow.has_begun.wait()
    going_down.set()
    await client.say({"op": "second", "id": "second"})
    Slow.may_follow.set()
    assert (await client.hear())["id"] == "first"
    assert (await client.hear())["code"] == "service_restart"
    assert await client.closed_with() == SERVICE_RESTART


async def test_a_client_who_comes_while_the_server_goes_down_is_sent_on(market, connect: Connect):
    going_down = asyncio.Event()
    going_down.set()
    client = await connect(going_down=going_down)
    assert (await client.hear())["code"] == "service_restart"
    assert await client.closed_with() == SERVICE_RESTART
