"""The web process goes down in order: what has begun comes to its end, and who is connected is told."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx
import orjson
import pytest
import websockets

from market.models import Order
from tests.market.feed.conftest import in_database
from tests.market_place import MarketPlace
from tests.web_process import WebProcess

PATIENCE_S = 20
SERVICE_RESTART = 1012


class Trader:
    """Somebody with a key, who keeps one connection for what they ask."""

    def __init__(self, market: MarketPlace, web: WebProcess, key: str) -> None:
        self.account = market.account
        self.headers = {"Authorization": f"Bearer {key}"}
        self.rest = httpx.AsyncClient(base_url=f"http://{web.address}", headers=self.headers, timeout=PATIENCE_S)

    async def places(self, cl_ord_id: str, **headers: str) -> httpx.Response:
        """The answer to an order."""
        terms = {"side": "BUY", "ord_type": "LIMIT", "order_qty": "1", "price": "9.00"}
        order = {"cl_ord_id": cl_ord_id, "account": self.account, "symbol": "ACME", **terms}
        return await self.rest.post("/api/v1/orders/", json=order, headers=headers)


class Unhurried:
    """Somebody who asks for something large and takes their time to read it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE_S)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(b"GET /api/v1/schema/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self._heard = self._socket.recv(1)

    def missing_bytes(self) -> int:
        """Read to the end of the connection; what the answer lacks of the length that it promised."""
        while piece := self._socket.recv(1 << 16):
            self._heard += piece
        self._socket.close()
        head, _, body = self._heard.partition(b"\r\n\r\n")
        promised = re.search(rb"(?i)content-length: (\d+)", head)
        assert promised is not None, head
        return int(promised[1]) - len(body)


@pytest.fixture
async def trader(market: MarketPlace, web_process: WebProcess) -> AsyncIterator[Trader]:
    key = await in_database(market.key_of, market.trader)
    trader = Trader(market, web_process, key)
    yield trader
    await trader.rest.aclose()


async def until(holds: Callable[[], object]) -> None:
    """A bounded wait for what another process writes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await in_database(holds):
            await asyncio.sleep(0.02)


async def ended(client: websockets.ClientConnection) -> tuple[dict[str, str], int | None]:
    """What a connection was told last, and the code that it was closed with."""
    last: dict[str, str] = {}
    with suppress(websockets.ConnectionClosedError):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                last = orjson.loads(await client.recv())
    return last, client.close_code


async def test_a_web_process_that_is_stopped_answers_what_it_has_begun_and_tells_the_connected_to_come_back(
    market: MarketPlace, web_process: WebProcess, trader: Trader
):
    await in_database(market.trade)  # the matcher is warm: what follows has little time
    async with (
        httpx.AsyncClient(base_url=f"http://{web_process.address}", timeout=PATIENCE_S) as probe,
        websockets.connect(f"ws://{web_process.address}/ws/v1/market/") as market_socket,
        websockets.connect(
            f"ws://{web_process.address}/ws/v1/orders/", additional_headers=trader.headers
        ) as orders_socket,
    ):
        unhurried = Unhurried(web_process.port)
        assert (await probe.get("/readyz")).json()["status"] == "ready"
        await market_socket.send(orjson.dumps({"op": "subscribe", "channels": ["depth"], "symbols": ["ACME"]}).decode())
        waiting = asyncio.create_task(trader.places("begun-before", Prefer="wait=5"))
        await until(Order.objects.filter(cl_ord_id="begun-before").exists)

        web_process.ask_to_stop()

        for client in (market_socket, orders_socket):
            told, close_code = await ended(client)
            assert (told["type"], told["code"], close_code) == ("error", "service_restart", SERVICE_RESTART)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", web_process.port), timeout=PATIENCE_S)
        readiness = await probe.get("/readyz")
        assert (readiness.status_code, readiness.json()["status"]) == (503, "going_down")
        assert readiness.headers["connection"] == "close"

        await in_database(market.drain)
        answer = await waiting
        assert (answer.status_code, answer.json()["ord_status"]) == (201, "NEW")
        assert answer.headers["connection"] == "close"
        assert await asyncio.to_thread(unhurried.missing_bytes) == 0
    assert web_process.exit_status() == 0


@pytest.mark.nightly
async def test_what_does_not_end_in_time_is_cut_off(market: MarketPlace, web_process: WebProcess, trader: Trader):
    waiting = asyncio.create_task(trader.places("waits-for-nobody", Prefer="wait=5"))
    await until(Order.objects.filter(cl_ord_id="waits-for-nobody").exists)
    web_process.ask_to_stop()
    with pytest.raises(httpx.RemoteProtocolError):
        await waiting
    assert web_process.exit_status() == 0
