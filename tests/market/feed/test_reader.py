"""A reader shows what the database says, whatever becomes of the hints."""

import asyncio
import random
from uuid import uuid4

import numpy as np
import pytest

import matching
from market import feed, journal
from market.errors import NotFound
from market.feed import source
from market.feed.channels import Channel
from market.feed.frame import FeedFrame, frame_of
from market.feed.reader import Reader
from market.models import Book, Instrument
from market.records import BookPosition
from market.services import trading
from tests.market.feed.conftest import Watcher, depth_in_database, in_database, trade_about
from vocabulary import limits

CHANNELS = len(Channel)


def frames_of_the_journal() -> list[FeedFrame]:
    """The hints of every batch so far, as their matchers sent them."""
    instrument_id = Instrument.objects.get(symbol="ACME").pk
    book = Book.objects.get(pk=instrument_id)
    frames = []
    for batch in journal.batches_after(instrument_id=instrument_id, command_seq=0, upto=book.command_seq):
        events = journal.events_of(
            instrument_id=instrument_id, first_event_seq=batch.first_event_seq, last_event_seq=batch.last_event_seq
        )
        commands = np.zeros(batch.last_command_seq - batch.first_command_seq + 1, dtype=matching.COMMAND)
        frames.append(
            frame_of(symbol="ACME", instrument_id=instrument_id, epoch=book.epoch, commands=commands, events=events)
        )
    return frames


async def test_snapshot_and_frames_together_are_the_depth_in_the_database(market, watcher):
    await in_database(trade_about, market, rounds=3)
    sequence, bids, offers = await in_database(depth_in_database)
    await watcher.until_at(sequence)
    assert (watcher.market.bids, watcher.market.offers) == (bids, offers)
    late = Watcher()
    await feed.subscribe("ACME", Channel.DEPTH, late.outbox)
    await late.next()
    assert (late.market.bids, late.market.offers) == (bids, offers)


async def test_every_trade_comes_once_and_in_order(market, watcher):
    await in_database(trade_about, market, rounds=3)
    sequence, _, _ = await in_database(depth_in_database)
    await watcher.until_at(sequence)
    count = (await in_database(Book.objects.get)).trade_seq
    assert count > 0
    assert [trade["trade_id"] for trade in watcher.market.trades] == list(range(1, count + 1))


async def test_who_joins_late_gets_the_newest_trades_and_goes_on_from_there(market, watcher):
    await in_database(trade_about, market, rounds=12)
    sequence, _, _ = await in_database(depth_in_database)
    await watcher.until_at(sequence)
    late = Watcher()
    await feed.subscribe("ACME", Channel.TRADES, late.outbox)
    await late.next()
    assert late.market.trades == watcher.market.trades[-limits.FEED_TRADES_KEPT :]
    await in_database(market.trade)
    newest = watcher.market.trades[-1]["trade_id"] + 1
    await late.until(lambda follower: follower.trades[-1]["trade_id"] == newest)


async def test_a_restarted_reader_says_of_old_trades_what_was_said_when_they_were_new(market, watcher):
    await in_database(market.trade)
    await watcher.until(lambda follower: len(follower.trades) == 1)
    await feed.close()
    again = Watcher()
    await feed.subscribe("ACME", Channel.TRADES, again.outbox)
    await again.next()
    assert again.market.trades == watcher.market.trades


async def test_without_any_hint_the_poll_finds_the_news(market, monkeypatch):
    monkeypatch.setattr(feed, "publish", [].append)
    watcher = Watcher()
    for channel in Channel:
        await feed.subscribe("ACME", channel, watcher.outbox)
    await in_database(trade_about, market, rounds=2)
    sequence, bids, offers = await in_database(depth_in_database)
    await watcher.until_at(sequence)
    assert (watcher.market.bids, watcher.market.offers) == (bids, offers)
    await feed.close()


@pytest.mark.parametrize("seed", range(4))
async def test_hints_lost_doubled_and_out_of_order_never_leave_a_gap(market, monkeypatch, seed):
    opening = await in_database(source.opening, "ACME")
    monkeypatch.setattr(limits, "FEED_READ_EVENTS_MAX", 7)
    await in_database(trade_about, market, rounds=6)
    frames = await in_database(frames_of_the_journal)
    chance = random.Random(seed)
    hints = [frame for frame in frames for _ in range(chance.choice([0, 1, 1, 1, 2]))]
    for _ in range(len(hints) // 3):
        one = chance.randrange(len(hints) - 1)
        hints[one], hints[one + 1] = hints[one + 1], hints[one]
    reader, watcher = Reader(opening), Watcher()
    for channel in Channel:
        reader.attach(watcher.outbox, channel=channel)
    running = asyncio.create_task(reader.run())
    for hint in hints:
        reader.hear(hint if chance.random() < 0.8 else hint._replace(events=None))
        if chance.random() < 0.5:
            await asyncio.sleep(chance.random() / 50)
    sequence, bids, offers = await in_database(depth_in_database)
    reader.learn(BookPosition(opening.epoch, sequence), asked_at=reader.sequence)
    await watcher.until_at(sequence)
    running.cancel()
    assert (watcher.market.bids, watcher.market.offers) == (bids, offers)
    assert [trade["trade_id"] for trade in watcher.market.trades] == list(range(1, frames_trades(frames) + 1))


def frames_trades(frames: list[FeedFrame]) -> int:
    return max(event.trade_seq for frame in frames for event in frame.public_events(after=0))


async def test_pages_end_where_commands_end_even_when_one_command_fills_several(market, monkeypatch):
    opening = await in_database(source.opening, "ACME")
    await in_database(rest_ten_offers_and_sweep_them, market)
    monkeypatch.setattr(limits, "FEED_READ_EVENTS_MAX", 4)
    sequence, sizes = 0, []
    while True:
        page = await in_database(source.page_after, opening.instrument_id, sequence)
        if not page.events:
            break
        sizes.append(len(page.events))
        sequence = page.events[-1].event_seq
        assert page.is_last == (sequence == page.position.sequence)
    # Ten offers rest, an event each. The sweep is one command: its acceptance, ten trades with two sides. One rests.
    assert sizes == [4, 4, 2, 21 + 1]


def rest_ten_offers_and_sweep_them(market) -> None:
    for step in range(10):
        market.house_places("SELL", 1, f"10.{10 + step}")
    market.house_places("BUY", 10, "11.00")
    market.house_places("SELL", 1, "12.00")
    market.drain()


async def test_a_halt_is_told_at_once_with_its_reason_and_so_is_the_resume(market, watcher):
    await in_database(trading.halt, "ACME", reason="news pending", actor=market.operator)
    await watcher.until(lambda follower: follower.snapshots == CHANNELS and follower.ticker["phase"] == "HALTED")
    assert watcher.market.ticker["phase_reason"] == "news pending"
    told = [message for message in watcher.heard if message["type"] == "depth"]
    assert (told[-1]["phase"], told[-1]["phase_reason"]) == ("HALTED", "news pending")
    await in_database(trading.resume, "ACME", actor=market.operator)
    await watcher.until(lambda follower: follower.ticker["phase"] == "CONTINUOUS")
    assert watcher.market.ticker["phase_reason"] == ""


async def test_a_new_epoch_gives_everybody_a_new_snapshot(market, watcher):
    await in_database(market.trade)
    await watcher.until(lambda follower: len(follower.trades) == 1)
    epoch = uuid4()
    await in_database(Book.objects.update, epoch=epoch)
    await watcher.until(lambda follower: follower.snapshots == 2 * CHANNELS)
    fresh = [message for message in watcher.heard if message["type"] == "snapshot"][-CHANNELS:]
    assert [(message["epoch"], message["reason"]) for message in fresh] == [(str(epoch), "new_epoch")] * CHANNELS
    await in_database(market.trade)
    await watcher.until(lambda follower: len(follower.trades) == 2)


async def test_a_book_that_went_back_within_its_epoch_is_told_anew_and_says_so(market, watcher):
    await in_database(market.trade)
    await in_database(market.trade)
    await watcher.until(lambda follower: len(follower.trades) == 2)
    await in_database(Book.objects.update, event_seq=4)
    await watcher.until(lambda follower: follower.snapshots == 2 * CHANNELS)
    fresh = [message for message in watcher.heard if message["type"] == "snapshot"][-CHANNELS:]
    assert [(message["reason"], message["last_sequence"]) for message in fresh] == [("reread", 4)] * CHANNELS


async def test_a_heartbeat_comes_within_a_second_and_names_every_channel_s_position(market, watcher):
    await in_database(market.place, "BUY", 10, "9.00")
    await in_database(market.drain)
    async with asyncio.timeout(2 * limits.HEARTBEAT_MS / 1000):
        while (message := await watcher.next())["type"] != "heartbeat" or message["last_sequence"] < 1:
            pass
    assert message["channels"].items() >= {"trades": 0, "depth": 1, "ticker": 1}.items()
    assert set(message["channels"]) == set(Channel)
    assert message["epoch"] == str((await in_database(Book.objects.get)).epoch)


async def test_nobody_can_subscribe_to_what_is_not_listed(market):
    with pytest.raises(NotFound) as refused:
        await feed.subscribe("NOPE", Channel.DEPTH, Watcher().outbox)
    assert refused.value.code == "unknown_symbol"
    await feed.close()


async def test_a_reader_ends_some_time_after_the_last_subscriber_has_left(market, monkeypatch):
    monkeypatch.setattr(limits, "FEED_LINGER_S", 0.1)
    watcher = Watcher()
    reader = await feed.subscribe("ACME", Channel.DEPTH, watcher.outbox)
    (same,) = await feed.readers(["ACME"])
    assert same is reader
    await asyncio.sleep(0.5)
    assert await feed.readers(["ACME"]) == [reader]
    feed.unsubscribe(reader, Channel.DEPTH, watcher.outbox)
    async with asyncio.timeout(5):
        while (await feed.readers(["ACME"])) == [reader]:
            await asyncio.sleep(0.4)
    await feed.close()


async def test_many_who_come_at_once_share_one_reader(market):
    watchers = [Watcher() for _ in range(20)]
    readers = await asyncio.gather(*(feed.subscribe("ACME", Channel.DEPTH, watcher.outbox) for watcher in watchers))
    assert len(set(readers)) == 1
    await feed.close()
