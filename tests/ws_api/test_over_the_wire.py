"""The market socket over real connections, served by the web in a process of its own."""

import asyncio
from contextlib import suppress

import orjson
import pytest
import websockets

from market.services import orders
from tests.market.feed.conftest import depth_in_database, in_database, trade_about
from tests.market.feed.following import Follower
from tests.market_place import MarketPlace
from vocabulary import limits

PATIENCE_S = 10


def subscription(*channels: str) -> str:
    return orjson.dumps({"op": "subscribe", "id": "1", "channels": channels, "symbols": ["ACME"]}).decode()


def rest_many_orders(market: MarketPlace) -> None:
    tickets = [
        market.ticket("SELL", 1, f"{1001 + step}e-2", account=market.house_account)
        for step in range(limits.PLACE_BATCH_MAX // 2 - 1)
    ]
    orders.place_many(tickets, actor=market.house)
    market.drain()


async def test_a_browser_s_view_is_the_database_s_depth_and_tells_a_client_who_does_not_read_to_go(market, address):
    await in_database(rest_many_orders, market)
    async with (
        websockets.connect(address) as good,
        websockets.connect(address, max_queue=1, compression=None) as stalled,
    ):
        await good.send(subscription("trades", "depth", "ticker"))
        ended = asyncio.create_task(ask_without_reading(stalled))
        follower = Follower()
        await in_database(trade_about, market, rounds=2)
        sequence, bids, offers = await in_database(depth_in_database)
        await follow_until(good, follower, sequence=sequence)
        assert (follower.bids, follower.offers) == (bids, offers)
        await asyncio.wait_for(ended, timeout=4 * limits.WS_STALL_S_MAX)
        await in_database(market.trade)
        sequence, bids, offers = await in_database(depth_in_database)
        await follow_until(good, follower, sequence=sequence)
        assert (follower.bids, follower.offers) == (bids, offers)


async def follow_until(client: websockets.ClientConnection, follower: Follower, *, sequence: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = orjson.loads(await client.recv())
            follower.take(message)
            if message["type"] == "heartbeat" and message["last_sequence"] >= sequence:
                return


async def ask_without_reading(client: websockets.ClientConnection) -> None:
    """Ask for one snapshot after the other and take none, until the server has ended the connection."""
    # The server's reasons stand behind everything that was not read: what shows here is only that it hung up.
    with suppress(websockets.ConnectionClosed):
        while True:
            await client.send(subscription("depth"))
            await asyncio.sleep(1.5 / limits.WS_MESSAGES_PER_S_MAX)


async def closing_code(client: websockets.ClientConnection) -> int:
    """What the server closed with, whatever it said before."""
    with suppress(websockets.ConnectionClosed):
        while True:
            await client.recv()
    assert client.close_code is not None
    return client.close_code


@pytest.mark.parametrize(
    ("size", "fragments"), [(limits.WS_MESSAGE_BYTES_MAX + 1, 1), (2 * 1024 * 1024, 1), (30_000, 3)]
)
async def test_a_message_that_is_too_big_ends_the_connection_whatever_its_size(address, size, fragments):
    async with websockets.connect(address, compression=None) as client:
        await client.send("x" * size if fragments == 1 else ["x" * size] * fragments)
        assert await asyncio.wait_for(closing_code(client), PATIENCE_S) == 1009


async def test_a_message_that_is_no_text_ends_the_connection(address):
    async with websockets.connect(address) as client:
        await client.send(b"\x00")
        assert await asyncio.wait_for(closing_code(client), PATIENCE_S) == 1003
    async with websockets.connect(address, compression=None) as client:
        await client.send(b"\xff\xfe", text=True)
        assert await asyncio.wait_for(closing_code(client), PATIENCE_S) == 1007


async def test_who_talks_too_fast_is_sent_away(address):
    async with websockets.connect(address) as client:
        for _ in range(2 * limits.WS_MESSAGES_PER_S_MAX):
            await client.send('{"op":"ping"}')
        assert await asyncio.wait_for(closing_code(client), PATIENCE_S) == 1008


async def test_who_subscribes_to_nothing_is_sent_away(address):
    async with websockets.connect(address) as client:
        assert await asyncio.wait_for(closing_code(client), 2 * limits.WS_SUBSCRIBE_WITHIN_S) == 4002


async def test_a_foreign_page_gets_403_at_the_handshake(address):
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(address, origin="http://evil.example")
    assert refused.value.response.status_code == 403
