"""The feed beside the small market: readers of this test's event loop, and a subscriber who follows them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import orjson
import pytest
from channels.db import database_sync_to_async

from market import feed
from market.feed.channels import Channel
from market.feed.outbox import Outbox
from market.selectors import depth
from tests.market.feed.following import Follower
from tests.market_place import MarketPlace

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE_S = 5


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do synchronous work with the database from a test that is a coroutine."""
    done: R = await database_sync_to_async(work)(*args, **kwargs)
    return done


@dataclass
class Watcher:
    """A subscriber with an outbox, who follows what comes."""

    outbox: Outbox = field(default_factory=Outbox)
    market: Follower = field(default_factory=Follower)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, holds: Callable[[Follower], bool]) -> None:
        """Follow messages until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.market.snapshots or not holds(self.market):
                await self.next()

    async def until_at(self, sequence: int) -> None:
        """Follow messages until one of them, if only a heartbeat, has spoken of a sequence, and none waits."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.next()).get("last_sequence", 0) < sequence or len(self.outbox):
                pass

    async def next(self) -> dict[str, Any]:
        """Follow one message."""
        message: dict[str, Any] = orjson.loads((await self.outbox.get()).text)
        self.heard.append(message)
        self.market.take(message)
        return message


def depth_in_database(symbol: str = "ACME") -> tuple[int, dict[str, str], dict[str, str]]:
    """What the depth selector says: its sequence, bids and offers."""
    record = depth.of(symbol, levels=1000)
    bids, offers = ({str(level.price): str(level.quantity) for level in side} for side in (record.bids, record.offers))
    return record.last_sequence, bids, offers


def trade_about(market: MarketPlace, *, rounds: int = 5) -> None:
    """Orders, trades and cancels around one price, in several batches."""
    for number in range(rounds):
        for step in range(4):
            market.house_places("SELL", 10 + step, f"10.{10 + (step + number) % 5:02d}")
            market.house_places("BUY", 7 + step, f"9.{95 + (step + number) % 5:02d}")
        market.drain()
        market.house_places("BUY", 25, "10.14", time_in_force="IOC")
        market.house_places("SELL", 15, "9.50", time_in_force="IOC")
        market.drain()


@pytest.fixture
async def watcher(market: MarketPlace) -> AsyncIterator[Watcher]:
    """Somebody who watches all of ACME."""
    watcher = Watcher()
    for channel in Channel:
        await feed.subscribe("ACME", channel, watcher.outbox)
    yield watcher
    await feed.close()
