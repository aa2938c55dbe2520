"""The manual of the market socket is true: its client, its checksums and its examples."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import pytest
import websockets

from market.models import Trade
from tests.market.feed.conftest import depth_in_database, in_database
from tests.market.feed.traffic import Traffic

MANUAL = (Path(__file__).parents[2] / "docs" / "websocket.md").read_text().partition("# The orders socket")[0]
PATIENCE_S = 20


def client_of_the_manual() -> SimpleNamespace:
    """What the manual's own client defines."""
    found = re.search(r"<!-- tests/ws_api/test_manual\.py [^\n]*\n```python\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    defined: dict[str, Any] = {}
    exec(found[1], defined)
    return SimpleNamespace(**defined)


class LossySocket:
    """A connection on which messages of the channels get lost, and which breaks now and then."""

    def __init__(self, socket: websockets.ClientConnection, chance: random.Random) -> None:
        self._socket = socket
        self._chance = chance
        self.lost = 0
        self.sent: list[dict[str, Any]] = []

    async def send(self, text: str) -> None:
        self.sent.append(json.loads(text))
        await self._socket.send(text)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        async for text in self._socket:
            if json.loads(text)["type"] in ("trades", "depth") and self._chance.random() < 0.4:
                self.lost += 1
                continue
            yield text


@pytest.mark.parametrize("seed", range(2))
async def test_the_client_in_the_manual_stays_in_step_though_messages_get_lost_and_connections_break(
    market, address, seed
):
    manual, chance = client_of_the_manual(), random.Random(seed)
    held = manual.Market("ACME")
    lost, sent = 0, list[dict[str, Any]]()
    traffic = Traffic(market, random.Random(seed + 1), pause_s=0.01)
    with traffic.going_on(batches=150) as trading:
        while trading.is_alive():
            async with websockets.connect(address) as connection:
                socket = LossySocket(connection, chance)
                with suppress(TimeoutError):
                    await asyncio.wait_for(manual.keep_in_step(held, socket), 0.3 + chance.random())
                lost, sent = lost + socket.lost, sent + socket.sent
    sequence, bids, offers = await in_database(depth_in_database)
    async with websockets.connect(address) as connection:
        socket = LossySocket(connection, chance)
        following = asyncio.create_task(manual.keep_in_step(held, socket))
        async with asyncio.timeout(PATIENCE_S):
            while not following.done() and min(held.positions.values()) < sequence:
                await asyncio.sleep(0.05)
        following.cancel()
    assert (held.bids, held.offers) == (bids, offers)
    trades = await in_database(lambda: list(Trade.objects.order_by("trade_seq").values_list("trade_seq", flat=True)))
    assert [trade["trade_id"] for trade in held.trades] == trades[-len(held.trades) :]
    assert len(held.trades) > 50
    assert lost > 3
    assert "replay" in {request["op"] for request in sent + socket.sent}


def messages_of_the_manual() -> list[dict[str, Any]]:
    """The JSON in the manual's examples, message by message."""
    decoder, messages = json.JSONDecoder(), []
    for block in re.findall(r"```json\n(.*?)```", MANUAL, re.DOTALL):
        at = 0
        while at < len(block):
            message, at = decoder.raw_decode(block, at)
            messages.append(message)
            at = re.compile(r"\s*").match(block, at).end()  # type: ignore[union-attr]
    return messages


def test_the_checksums_in_the_manual_are_those_of_its_books():
    told = [message["checksum"] for message in messages_of_the_manual() if "checksum" in message]
    (replayed,) = (message for message in messages_of_the_manual() if message.get("type") == "replayed")
    books = [b"10.05:300,10.00:120|10.10:80", b"10.00:120|10.10:60,10.15:200"]
    assert told == [crc32(book) for book in books]
    assert replayed["messages"][1]["checksum"] == crc32(b"10.00:120|10.10:40,10.15:200")
    for book in books:
        assert f"`{book.decode()}`" in MANUAL


def test_the_examples_in_the_manual_form_one_story_that_its_client_can_follow():
    market = client_of_the_manual().Market("ACME")
    for message in messages_of_the_manual():
        if message.get("channel") == "ticker" or "op" in message:
            continue
        assert market.take(message) is None
    assert (market.bids, market.offers) == ({"10.00": "120"}, {"10.10": "40", "10.15": "200"})
    assert [trade["trade_id"] for trade in market.trades] == [41, 42]
    assert market.positions == {"trades": 252, "depth": 252}
