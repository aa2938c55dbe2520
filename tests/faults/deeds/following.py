"""Following the market as a client of the feed does, and the hints that reach or do not reach it."""

import asyncio
import random
from datetime import datetime
from pathlib import Path
from typing import Any

from market import feed
from market.feed.channels import Channel
from market.matcher.drain import Matcher
from market.models import Trade
from tests.faults.deeds.registry import deed
from tests.market.feed.bad_hints import BadHints
from tests.market.feed.conftest import Watcher, depth_in_database, in_database

FOLLOWERS = 3
Facts = tuple[int, int, datetime]
"""A trade's number, lots and time, of an instrument whose lot is one."""


@deed
def follow(*, symbol: str, until: str) -> int:
    """Follow all channels of a book until a file is there and nothing more happens; how many messages that took.

    Fails when a follower then holds another book than the exchange, or has missed a trade.
    """
    return asyncio.run(_follow(symbol, Path(until)))


async def _follow(symbol: str, until: Path) -> int:
    watchers = [Watcher() for _ in range(FOLLOWERS)]
    for watcher in watchers:
        for channel in Channel:
            await feed.subscribe(symbol, channel, watcher.outbox)
    following = [asyncio.create_task(_follow_on(watcher)) for watcher in watchers]
    while not until.exists():
        await asyncio.sleep(0.01)
        for task in following:
            if task.done():
                task.result()
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    for watcher in watchers:
        await _check(watcher, symbol=symbol)
    await feed.close()
    return sum(len(watcher.heard) for watcher in watchers)


async def _check(watcher: Watcher, *, symbol: str) -> None:
    """What a follower holds is the book, and what it was told has happened."""
    sequence, bids, offers = await in_database(depth_in_database, symbol)
    try:
        await watcher.until_at(sequence)
    except TimeoutError:
        raise AssertionError("a follower does not get to where the book stands") from None
    assert (watcher.market.bids, watcher.market.offers) == (bids, offers), "a follower holds another book"
    happened = await in_database(_trades, symbol)
    told = {_facts(trade) for message in watcher.heard if message["type"] == "trades" for trade in message["trades"]}
    assert told <= set(happened), "a follower was told of trades that never happened"
    held = [_facts(trade) for trade in watcher.market.trades]
    assert held == happened[len(happened) - len(held) :], "trades are missing"
    assert held or not happened, "trades are missing"


def _trades(symbol: str) -> list[Facts]:
    rows = Trade.objects.filter(instrument__symbol=symbol).order_by("trade_seq")
    return [(row.trade_seq, row.quantity_lots, row.executed_at) for row in rows]


def _facts(trade: dict[str, Any]) -> Facts:
    return trade["trade_id"], int(trade["quantity"]), datetime.fromisoformat(trade["executed_at"])


async def _follow_on(watcher: Watcher) -> None:
    while True:
        await watcher.next()


@deed
def drain_with_bad_hints(*, symbol: str, seed: int) -> dict[str, int]:
    """Drain a book whose hints are lost, doubled and late by chance; how many of each."""
    hints = BadHints(random.Random(seed))
    feed.publish = hints.publish
    Matcher().drain(symbol, ask_lease=False)
    while hints._publisher._loop is not None and not hints._publisher._waiting.empty():
        pass
    return {"lost": hints.lost, "doubled": hints.doubled, "late": hints.late}
