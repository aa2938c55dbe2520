"""A client who does not keep up over a real socket is sent away, costs the server little, and holds up nobody."""

import asyncio
import random
import re
import socket
from contextlib import suppress

import httpx
import pytest
import websockets
from websockets.frames import Frame, Opcode

from tests.market.feed.conftest import depth_in_database, in_database
from tests.market.feed.following import Follower
from tests.market.feed.traffic import Traffic
from tests.web_process import WebProcess
from tests.ws_api.conftest import PATH
from tests.ws_api.test_over_the_wire import follow_until, rest_many_orders, subscription
from vocabulary import limits

MEGABYTE = 2**20
GROWTH_BYTES_MAX = 48 * MEGABYTE
ENDED_WITHIN_S = 60


class SlowClient:
    """A raw connection with little room, read at ``bytes_per_s``; it asks for one snapshot after the other."""

    def __init__(self, port: int, *, bytes_per_s: int) -> None:
        self._bytes_per_s = bytes_per_s
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)

    async def until_sent_away(self) -> None:
        """Ask and hardly read, until the server has ended the connection."""
        loop = asyncio.get_running_loop()
        handshake = (
            f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, handshake.encode())
        assert (await loop.sock_recv(self._socket, 12)).startswith(b"HTTP/1.1 101")
        reading = asyncio.create_task(self._read())
        frame = Frame(Opcode.TEXT, subscription("depth").encode()).serialize(mask=True)
        with suppress(ConnectionError):
            while True:
                await loop.sock_sendall(self._socket, frame)
                await asyncio.sleep(1.5 / limits.WS_MESSAGES_PER_S_MAX)
        reading.cancel()
        self._socket.close()

    async def _read(self) -> None:
        with suppress(ConnectionError):
            while self._bytes_per_s:
                await asyncio.get_running_loop().sock_recv(self._socket, 1)
                await asyncio.sleep(1 / self._bytes_per_s)


@pytest.mark.parametrize("bytes_per_s", [0, 1])
async def test_a_client_who_hardly_reads_is_sent_away_and_the_others_do_not_notice(
    market, web_process: WebProcess, bytes_per_s
):
    await in_database(rest_many_orders, market)
    traffic = Traffic(market, random.Random(bytes_per_s), pause_s=0.05)
    async with websockets.connect(f"ws://{web_process.address}{PATH}") as good:
        await good.send(subscription("trades", "depth", "ticker"))
        follower, before = Follower(), web_process.memory_bytes()
        slow = SlowClient(web_process.port, bytes_per_s=bytes_per_s)
        sent_away = asyncio.create_task(slow.until_sent_away())
        async with asyncio.timeout(ENDED_WITHIN_S):
            while not sent_away.done():
                # Little at a time: who reads nothing while many batches trade on a busy machine is slow as well.
                await in_database(traffic.trade, batches=1)
                sequence, bids, offers = await in_database(depth_in_database)
                await follow_until(good, follower, sequence=sequence)
                assert (follower.bids, follower.offers) == (bids, offers)
        await sent_away
        assert web_process.memory_bytes() - before < GROWTH_BYTES_MAX
    assert await in_database(slow_consumers_told, web_process.port) == 1


def slow_consumers_told(port: int) -> int:
    """How many have been told so, by the servers' own count."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    counts = re.findall(r'^marketops_ws_errors_total\{code="slow_consumer"\} ([0-9.]+)$', text, re.MULTILINE)
    return sum(int(float(count)) for count in counts)
