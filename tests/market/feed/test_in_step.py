"""Whoever follows the feed is in step with the exchange: whenever they join, and whatever becomes of the hints."""

import asyncio
import random

import pytest

from market import feed
from market.feed import metrics
from market.feed.channels import Channel
from market.models import Book
from market.selectors import depth
from tests.market.feed.bad_hints import BadHints, empty_the_channel_layer
from tests.market.feed.conftest import Watcher, depth_in_database, in_database
from tests.market.feed.traffic import Traffic

SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 170))]


async def watching(*channels: Channel) -> tuple[Watcher, list[feed.Reader]]:
    """Somebody who has just joined, and the reader of each channel."""
    watcher = Watcher()
    return watcher, [await feed.subscribe("ACME", channel, watcher.outbox) for channel in channels]


def leave(watcher: Watcher, readers: list[feed.Reader], *channels: Channel) -> None:
    for reader, channel in zip(readers, channels, strict=True):
        feed.unsubscribe(reader, channel, watcher.outbox)


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_joins_at_any_instant_holds_the_book_as_it_stood_at_every_sequence_they_hear(market, seed):
    chance = random.Random(seed)
    traffic = Traffic(market, random.Random(seed + 1000))
    held: list[tuple[int, tuple[dict[str, str], dict[str, str]]]] = []
    with traffic.going_on(batches=60) as trading:
        while trading.is_alive():
            watcher, readers = await watching(Channel.DEPTH, Channel.TRADES)
            assert (await watcher.next())["type"] == "snapshot"
            for _ in range(chance.randint(0, 8)):
                sides = dict(watcher.market.bids), dict(watcher.market.offers)
                held.append((watcher.market.positions["depth"], sides))
                await watcher.next()
            ids = [trade["trade_id"] for trade in watcher.market.trades]
            assert ids == list(range(ids[0], ids[0] + len(ids))) if ids else True
            leave(watcher, readers, Channel.DEPTH, Channel.TRADES)
            record = await in_database(depth.of, "ACME", levels=1000)
            bids, offers = (
                {str(level.price): str(level.quantity) for level in side} for side in (record.bids, record.offers)
            )
            held.append((record.last_sequence, (bids, offers)))
            await asyncio.sleep(chance.random() / 50)
    await feed.close()
    stood = traffic.stood["ACME"]
    assert len({sequence for sequence, _ in held}) > 10
    assert [sequence for sequence, sides in held if stood[sequence] != sides] == []


async def in_step(watchers: list[Watcher]) -> None:
    """Every watcher follows to where the book stands, and holds what the database says and every trade."""
    sequence, bids, offers = await in_database(depth_in_database)
    trades = (await in_database(Book.objects.get)).trade_seq
    for watcher in watchers:
        await watcher.until_at(sequence)
        assert (watcher.market.bids, watcher.market.offers) == (bids, offers)
        assert [trade["trade_id"] for trade in watcher.market.trades] == list(range(1, trades + 1))
        assert watcher.market.checksums > 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_client_is_in_step_at_quiet_points_whatever_becomes_of_the_hints(market, monkeypatch, seed):
    hints = BadHints(random.Random(seed))
    monkeypatch.setattr(feed, "publish", hints.publish)
    traffic = Traffic(market, random.Random(seed + 1000))
    watchers = [(await watching(*Channel))[0] for _ in range(3)]
    for _ in range(3):
        await in_database(traffic.trade, batches=15)
        await in_step(watchers)
    assert min(hints.lost, hints.doubled, hints.late) > 0
    await feed.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_client_is_in_step_again_after_the_channel_layer_was_emptied(market, seed):
    chance = random.Random(seed)
    traffic = Traffic(market, random.Random(seed + 1000))
    watchers = [(await watching(*Channel))[0] for _ in range(3)]
    for _ in range(3):
        with traffic.going_on(batches=15) as trading:
            while trading.is_alive():
                await asyncio.sleep(chance.random() / 10)
                await asyncio.to_thread(empty_the_channel_layer)
        await in_step(watchers)
    await feed.close()


async def test_with_no_hint_at_all_every_client_is_in_step_by_the_journal_alone(market, monkeypatch):
    monkeypatch.setattr(feed, "publish", BadHints(random.Random(0), arrive=-1).publish)
    used, reads = metrics.HINTS_USED._value.get(), metrics.JOURNAL_READS._value.get()
    watchers = [(await watching(*Channel))[0] for _ in range(3)]
    await in_database(Traffic(market, random.Random(7)).trade, batches=20)
    await in_step(watchers)
    assert metrics.HINTS_USED._value.get() == used
    assert metrics.JOURNAL_READS._value.get() > reads
    await feed.close()


async def test_hints_that_follow_on_one_another_are_taken_as_they_come_and_one_reader_serves_everybody(market):
    readers = metrics.READERS._value.get()
    watchers = [(await watching(*Channel))[0] for _ in range(5)]
    assert metrics.READERS._value.get() == readers + 1
    used, reads = metrics.HINTS_USED._value.get(), metrics.JOURNAL_READS._value.get()
    await in_database(Traffic(market, random.Random(7)).trade, batches=20)
    await in_step(watchers)
    taken, read = metrics.HINTS_USED._value.get() - used, metrics.JOURNAL_READS._value.get() - reads
    assert taken > read
    assert taken + read <= 2 * 20
    await feed.close()
