"""Following the market without a network: gaps, repairs, and books that are not the exchange's."""

from typing import Any
from zlib import crc32

import pytest

from marketops_client import BookUpdate, TradesUpdate
from marketops_client.follower import Follower
from marketops_client.local_book import LocalBook, OutOfStep

EPOCH = "6f0c0000-0000-0000-0000-000000000001"


def depth_snapshot(sequence: int, bids: Any = (("10.00", "5"),), *, epoch: str = EPOCH) -> dict[str, Any]:
    sides = {"bids": [list(level) for level in bids], "offers": []}
    checksum = crc32((",".join(":".join(level) for level in bids) + "|").encode())
    whole = {"phase": "CONTINUOUS", "phase_reason": "", **sides, "checksum": checksum}
    return {
        "type": "snapshot", "channel": "depth", "symbol": "ACME", "epoch": epoch, "last_sequence": sequence, **whole,
    }  # fmt: skip


def tape_snapshot(sequence: int, *trade_ids: int, epoch: str = EPOCH) -> dict[str, Any]:
    trades = [trade(number) for number in trade_ids]
    return {
        "type": "snapshot", "channel": "trades", "symbol": "ACME", "epoch": epoch, "last_sequence": sequence,
        "trades": trades,
    }  # fmt: skip


def trade(number: int) -> dict[str, Any]:
    return {
        "trade_id": number, "price": "10.00", "quantity": "1", "aggressor_side": "BUY",
        "executed_at": "2026-03-02T14:30:00.123456Z", "sequence": number,
    }  # fmt: skip


def changes(first: int, last: int, *bids: tuple[str, str], **rest: Any) -> dict[str, Any]:
    return {
        "type": "depth", "symbol": "ACME", "epoch": EPOCH, "first_sequence": first, "last_sequence": last,
        "phase": "CONTINUOUS", "phase_reason": "", "bids": [list(bid) for bid in bids], "offers": [], **rest,
    }  # fmt: skip


def tape(first: int, last: int, *trade_ids: int) -> dict[str, Any]:
    return {
        "type": "trades", "symbol": "ACME", "epoch": EPOCH, "first_sequence": first, "last_sequence": last,
        "trades": [trade(number) for number in trade_ids],
    }  # fmt: skip


def following(*messages: dict[str, Any]) -> Follower:
    follower = Follower()
    follower.connected(["ACME"])
    follower.requests.clear()
    for message in (tape_snapshot(7), depth_snapshot(7), *messages):
        follower.take(message)
    return follower


def held(follower: Follower) -> dict[str, str]:
    return {f"{level.price}": f"{level.quantity}" for level in follower.books["ACME"].bids}


def test_a_book_follows_what_comes_in_its_turn():
    follower = following(changes(8, 9, ("9.99", "3")), changes(10, 10, ("10.00", "0")))
    assert held(follower) == {"9.99": "3"}
    assert follower.books["ACME"].is_in_step
    assert follower.requests == []


def test_what_was_taken_before_is_dropped():
    follower = following(changes(8, 9, ("9.99", "3")))
    assert follower.take(changes(8, 9, ("9.99", "4"))) == []
    assert held(follower) == {"10.00": "5", "9.99": "3"}


def test_a_gap_is_asked_for_once_and_closed_by_its_replay():
    follower = following(changes(10, 10, ("9.98", "1")))
    assert not follower.books["ACME"].is_in_step
    follower.take(changes(11, 11, ("9.97", "1")))
    assert [(each["op"], each["from"]) for each in follower.requests] == [("replay", 8)]
    book = "10.00:5,9.99:3,9.98:1,9.97:1|"
    replayed = [
        tape(8, 11, 1),
        changes(8, 11, ("9.99", "3"), ("9.98", "1"), ("9.97", "1"), checksum=crc32(book.encode())),
    ]
    updates = follower.take({
        "type": "replayed", "symbol": "ACME", "last_sequence": 11, "newest_sequence": 11, "messages": replayed,
    })  # fmt: skip
    assert [type(update) for update in updates] == [TradesUpdate, BookUpdate]
    assert follower.books["ACME"].is_in_step
    assert len(held(follower)) == 4


def test_a_replay_that_ends_early_is_asked_for_on():
    follower = following(changes(10, 10))
    follower.requests.clear()
    follower.take({
        "type": "replayed", "symbol": "ACME", "last_sequence": 9, "newest_sequence": 10,
        "messages": [tape(8, 9), changes(8, 9)],
    })  # fmt: skip
    assert [each["from"] for each in follower.requests] == [10]


@pytest.mark.parametrize(
    ("code", "then"), [("expired", ["subscribe"]), ("other_epoch", ["subscribe"]), ("throttled", [])]
)
def test_a_replay_that_cannot_be_had_is_followed_by_a_snapshot_but_one_too_soon_by_another_try(code, then):
    follower = following(changes(10, 10))
    follower.requests.clear()
    follower.take({"type": "error", "id": "repair:ACME", "code": code, "detail": ""})
    assert [each["op"] for each in follower.requests] == then
    follower.requests.clear()
    follower.take(changes(11, 11))
    assert [each["op"] for each in follower.requests] == ["replay"]


def heartbeat(last_sequence: int, *, depth: int, trades: int) -> dict[str, Any]:
    channels = {"depth": depth, "trades": trades}
    return {
        "type": "heartbeat", "symbol": "ACME", "epoch": EPOCH, "last_sequence": last_sequence, "channels": channels,
    }  # fmt: skip


def test_a_heartbeat_that_is_ahead_tells_of_a_lost_message():
    follower = following()
    assert follower.take(heartbeat(9, depth=9, trades=7)) == []
    assert [each["from"] for each in follower.requests] == [8]
    assert not follower.books["ACME"].is_in_step


def test_a_book_that_lacks_nothing_stands_where_the_market_does_though_the_last_events_touched_no_level():
    follower = following()
    assert follower.take(heartbeat(9, depth=7, trades=7)) == [BookUpdate("ACME", 9)]
    assert follower.take(heartbeat(9, depth=7, trades=7)) == []
    follower.take(changes(8, 10, ("9.99", "3")))
    follower.take(tape(8, 10, 1))
    assert follower.requests == []
    assert (held(follower), follower.books["ACME"].sequence) == ({"10.00": "5", "9.99": "3"}, 10)


def test_a_book_with_another_checksum_is_thrown_away():
    follower = following(changes(8, 8, ("9.99", "3"), checksum=7))
    assert not follower.books["ACME"].is_in_step
    assert [each["op"] for each in follower.requests] == ["subscribe"]
    follower.take(depth_snapshot(9, (("10.00", "4"),)))
    assert (held(follower), follower.books["ACME"].is_in_step) == ({"10.00": "4"}, True)


def test_a_new_epoch_begins_with_its_snapshot():
    follower = following()
    other = EPOCH[:-1] + "2"
    follower.take(tape_snapshot(3, epoch=other))
    follower.take(depth_snapshot(3, epoch=other))
    assert (follower.books["ACME"].epoch, follower.books["ACME"].sequence) == (other, 3)
    assert follower.requests == []


def test_after_a_new_connection_the_tape_goes_on_where_it_ended():
    follower = following(tape(8, 9, 1, 2))
    follower.connected(["ACME"])
    follower.requests.clear()
    assert follower.take(tape_snapshot(20, 2, 3)) == [TradesUpdate("ACME", follower_trades(3))]
    follower.connected(["ACME"])
    follower.requests.clear()
    assert follower.take(tape_snapshot(90, 40, 41)) == []
    assert [(each["op"], each["from"]) for each in follower.requests] == [("replay", 8)]


def follower_trades(*numbers: int) -> tuple[Any, ...]:
    fresh = Follower()
    (update,) = fresh.take(tape_snapshot(1, *numbers))
    return update.trades  # type: ignore[union-attr]


def test_a_book_knows_its_best_prices():
    book = LocalBook("ACME")
    assert (book.best_bid, book.middle, book.is_in_step) == (None, None, False)
    book.begin({**depth_snapshot(1), "offers": [["10.10", "1"]], "checksum": crc32(b"10.00:5|10.10:1")})
    assert (str(book.best_bid), str(book.best_offer), str(book.middle)) == ("10.00", "10.10", "10.05")
    with pytest.raises(OutOfStep):
        book.begin({**depth_snapshot(1), "checksum": 1})
