"""Hints travel from any process to every other, and none waits when they cannot."""

import asyncio
import time
from uuid import uuid4

import numpy as np
import pytest
from channels.layers import get_channel_layer

from market.feed.frame import COLUMNS, FeedFrame, UnreadableHint, from_message, group_of, to_message
from market.feed.hint_receiver import HintReceiver
from market.feed.publisher import Publisher

UNREACHABLE = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"], "prefix": "marketops"},
    }
}


def frame(number: int, *, symbol: str = "ACME") -> FeedFrame:
    events = np.arange(2 * len(COLUMNS), dtype=np.int64).reshape(2, -1)
    return FeedFrame(symbol, 1, str(uuid4()), number, number + 1, events)


def same(one: FeedFrame, other: FeedFrame) -> bool:
    return one[:5] == other[:5] and (one.events == other.events).all()


async def test_a_hint_published_by_a_synchronous_process_reaches_those_who_joined_the_book():
    heard: asyncio.Queue[FeedFrame] = asyncio.Queue()
    receiver = HintReceiver(heard.put_nowait)
    running = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    symbol = f"T{uuid4().hex[:8].upper()}"
    await receiver.keep_joined({symbol})
    publisher, sent = Publisher(), [frame(number, symbol=symbol) for number in (1, 3, 5)]
    publisher.publish(frame(1, symbol="OTHER"))
    for hint in sent:
        publisher.publish(hint)
    async with asyncio.timeout(5):
        received = [await heard.get() for _ in sent]
    assert all(same(one, other) for one, other in zip(sent, received, strict=True))
    running.cancel()


async def test_a_membership_that_was_lost_is_gained_again():
    heard: asyncio.Queue[FeedFrame] = asyncio.Queue()
    receiver = HintReceiver(heard.put_nowait)
    running = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    symbol = f"T{uuid4().hex[:8].upper()}"
    await receiver.keep_joined({symbol})
    await receiver.leave(symbol)
    await receiver.keep_joined({symbol})
    await get_channel_layer().group_send(group_of(symbol), to_message(frame(1, symbol=symbol)))
    async with asyncio.timeout(5):
        assert (await heard.get()).symbol == symbol
    running.cancel()


async def test_a_message_that_is_no_hint_is_passed_over():
    heard: asyncio.Queue[FeedFrame] = asyncio.Queue()
    receiver = HintReceiver(heard.put_nowait)
    running = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    symbol = f"T{uuid4().hex[:8].upper()}"
    await receiver.keep_joined({symbol})
    layer = get_channel_layer()
    await layer.group_send(group_of(symbol), {"type": "feed.frame", "symbol": symbol})
    await layer.group_send(group_of(symbol), {**to_message(frame(1)), "events": b"odd"})
    await layer.group_send(group_of(symbol), to_message(frame(9, symbol=symbol)))
    async with asyncio.timeout(5):
        assert (await heard.get()).first_sequence == 9
    running.cancel()


def test_publishing_returns_at_once_and_raises_nothing_while_redis_is_away(settings):
    settings.CHANNEL_LAYERS = UNREACHABLE
    publisher = Publisher()
    started = time.perf_counter()
    for number in range(3_000):
        publisher.publish(frame(number))
    assert time.perf_counter() - started < 1


async def test_receiving_waits_patiently_while_redis_is_away(settings):
    settings.CHANNEL_LAYERS = UNREACHABLE
    receiver = HintReceiver([].append)
    running = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    await receiver.keep_joined({"ACME"})
    await receiver.leave("ACME")
    assert not running.done()
    running.cancel()


@pytest.mark.parametrize("broken", [{}, {"events": b"123"}, {"events": 7}, {"symbol": "ACME", "events": None}])
def test_what_no_publisher_sent_is_unreadable(broken):
    with pytest.raises(UnreadableHint):
        from_message(broken)
