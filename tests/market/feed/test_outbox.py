"""A subscriber's outbox stays small, and whoever does not empty it is given up."""

import asyncio

import pytest

from market.feed.message import Message
from market.feed.outbox import Outbox, OutboxFailure


def depth(first: int, last: int, *, bids=(), offers=(), symbol: str = "ACME") -> Message:
    body = {"symbol": symbol, "first_sequence": first, "last_sequence": last, "bids": bids, "offers": offers}
    return Message("depth", body=body, channel="depth", symbol=symbol)


def trades(number: int, symbol: str = "ACME") -> Message:
    body = {"symbol": symbol, "first_sequence": number, "last_sequence": number, "trades": [number]}
    return Message("trades", body=body, channel="trades", symbol=symbol)


def snapshot(channel: str, last: int) -> Message:
    body = {"channel": channel, "symbol": "ACME", "last_sequence": last}
    return Message("snapshot", body=body, channel=channel, symbol="ACME")


def heartbeat(last: int) -> Message:
    return Message("heartbeat", body={"symbol": "ACME", "last_sequence": last}, symbol="ACME")


async def taken(outbox: Outbox) -> list[Message]:
    return [await outbox.get() for _ in range(len(outbox))]


async def test_depth_that_waits_is_conflated_into_one_message_with_the_newest_quantities():
    outbox = Outbox()
    outbox.put(depth(1, 3, bids=[["10.00", "5"], ["9.95", "7"]]))
    outbox.put(depth(4, 9, bids=[["10.00", "0"], ["9.90", "1"]], offers=[["10.05", "2"]]))
    (message,) = await taken(outbox)
    assert message.body == {
        "symbol": "ACME",
        "first_sequence": 1,
        "last_sequence": 9,
        "bids": [["10.00", "0"], ["9.95", "7"], ["9.90", "1"]],
        "offers": [["10.05", "2"]],
    }


async def test_depth_of_two_symbols_is_kept_apart():
    outbox = Outbox()
    outbox.put(depth(1, 1))
    outbox.put(depth(1, 2, symbol="BOLT"))
    assert [message.symbol for message in await taken(outbox)] == ["ACME", "BOLT"]


async def test_depth_is_not_conflated_across_a_snapshot():
    outbox = Outbox()
    outbox.put(depth(1, 3, bids=[["10.00", "5"]]))
    outbox.put(snapshot("depth", 5))
    outbox.put(depth(6, 7, bids=[["10.00", "6"]]))
    assert [message.type for message in await taken(outbox)] == ["snapshot", "depth"]


async def test_no_trade_goes_out_before_the_snapshot_that_it_follows_on():
    outbox = Outbox()
    for message in (snapshot("trades", 5), trades(6), snapshot("trades", 6), trades(7)):
        outbox.put(message)
    assert [(message.type, message.body["last_sequence"]) for message in await taken(outbox)] == [
        ("snapshot", 5),
        ("trades", 6),
        ("snapshot", 6),
        ("trades", 7),
    ]


async def test_trades_are_never_conflated_and_keep_their_order():
    outbox = Outbox()
    for number in range(1, 6):
        outbox.put(trades(number))
    assert [message.body["trades"] for message in await taken(outbox)] == [[1], [2], [3], [4], [5]]


async def test_a_heartbeat_goes_out_after_everything_that_it_speaks_of():
    outbox = Outbox()
    outbox.put(heartbeat(1))
    outbox.put(trades(2))
    outbox.put(heartbeat(2))
    assert [(message.type, message.body["last_sequence"]) for message in await taken(outbox)] == [
        ("trades", 2),
        ("heartbeat", 2),
    ]


async def test_one_message_too_many_gives_the_subscriber_up_and_drops_what_waits():
    outbox = Outbox(messages_max=3)
    for number in range(1, 4):
        outbox.put(trades(number))
    assert len(outbox) == 3
    outbox.put(trades(4))
    assert await outbox.failed() is OutboxFailure.SLOW_CONSUMER
    outbox.put(trades(5))
    assert len(outbox) == 0


async def test_too_much_waiting_gives_the_subscriber_up_however_few_messages_it_is():
    outbox = Outbox(bytes_max=2 * trades(1).size_bytes)
    outbox.put(trades(1))
    outbox.put(trades(2))
    assert len(outbox) == 2
    outbox.put(trades(3))
    assert await outbox.failed() is OutboxFailure.SLOW_CONSUMER
    assert len(outbox) == 0


async def test_a_message_larger_than_the_limit_still_goes_to_a_subscriber_who_keeps_up():
    outbox = Outbox(bytes_max=1)
    for number in range(1, 5):
        outbox.put(trades(number))
        assert (await outbox.get()).body["trades"] == [number]


async def test_what_is_conflated_never_gives_a_subscriber_up():
    outbox = Outbox(messages_max=1)
    for number in range(1, 100):
        outbox.put(depth(number, number, bids=[["10.00", str(number)]]))
        outbox.put(heartbeat(number))
        outbox.put(snapshot("trades", number))
    assert len(outbox) == 3


async def test_taking_messages_out_makes_room_again():
    outbox = Outbox(messages_max=2)
    for number in range(1, 50):
        outbox.put(trades(number))
        assert (await outbox.get()).body["trades"] == [number]


async def test_bytes_that_were_taken_out_or_left_make_room_again():
    outbox = Outbox(bytes_max=1)
    outbox.put(trades(1))
    outbox.forget(symbol="ACME", channel="trades")
    outbox.put(trades(2))
    assert (await outbox.get()).body["trades"] == [2]
    outbox.put(trades(3))
    assert len(outbox) == 1


async def test_what_waits_of_a_channel_that_was_left_is_dropped():
    outbox = Outbox(messages_max=2)
    outbox.put(trades(1))
    outbox.put(depth(1, 1))
    outbox.forget(symbol="ACME", channel="trades")
    outbox.put(trades(2, symbol="BOLT"))
    outbox.put(trades(3, symbol="BOLT"))
    assert [message.type for message in await taken(outbox)] == ["depth", "trades", "trades"]


async def test_whoever_waits_for_a_message_gets_it():
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put(trades(1))
    assert (await waiting).body["trades"] == [1]


@pytest.mark.parametrize("failure", list(OutboxFailure))
async def test_whoever_waits_for_the_failure_hears_the_first(failure):
    outbox = Outbox()
    outbox.fail(failure)
    outbox.fail(OutboxFailure.SLOW_CONSUMER)
    assert await outbox.failed() is failure
