"""A missed range of a book's public events can be had again, and repairs the book and the tape exactly."""

import random
from contextlib import suppress
from itertools import count
from uuid import uuid4

import orjson
import pytest
from django.db import connection, transaction

from market import feed
from market.errors import Expired, OtherEpoch, Rejected, SequenceAhead, Throttled, UnknownSymbol
from market.feed import checksum, replaying
from market.feed.channels import Channel
from market.feed.pace import Budget
from market.models import Book, JournalEvent, Trade
from market.selectors import depth
from market.services import orders, trading
from tests.emptying import guards_of_tables
from tests.market.feed.conftest import depth_in_database
from tests.market.feed.following import Follower
from vocabulary import limits
from vocabulary.phases import TradingPhase

callers = count(1)

Sides = tuple[dict[str, str], dict[str, str]]


def events(first: int, **changes):
    """A replay for somebody who has not asked before."""
    wanted = {"epoch": str(Book.objects.get().epoch), "first_sequence": first, "count": limits.REPLAY_EVENTS_MAX}
    return feed.replay("ACME", **{**wanted, "caller": f"caller {next(callers)}", **changes})


def busy_day(market, *, seed: int) -> dict[int, Sides]:
    """Orders of every kind, halts and an auction; the book by the sequence at which it stood so."""
    chance, open_ids = random.Random(seed), list[int]()
    seen: dict[int, Sides] = {0: ({}, {})}
    for step in range(40):
        for _ in range(chance.randint(1, 5)):
            side = chance.choice(["BUY", "SELL"])
            price = f"{chance.randint(990, 1010) / 100:.2f}"
            kind = chance.choice(["limit"] * 5 + ["iceberg", "stop", "peg", "ioc", "cancel", "replace"])
            if kind == "iceberg":
                placed = market.house_places(side, 50, price, display_qty=10)
            elif kind == "stop":
                stop_px = "10.05" if side == "BUY" else "9.95"
                placed = market.house_places(side, 5, stop_px, ord_type="STOP_LIMIT", stop_px=stop_px)
            elif kind == "peg":
                placed = market.house_places(side, 5, ord_type="PEGGED", peg_price_type="PRIMARY")
            elif kind == "ioc":
                placed = market.house_places(side, chance.randint(1, 30), price, time_in_force="IOC")
            elif kind == "cancel" and open_ids:
                cancel_if_open(open_ids.pop(chance.randrange(len(open_ids))), market)
                continue
            else:
                placed = market.house_places(side, chance.randint(1, 20), price)
            open_ids.append(placed.order.order_id)
        if step in (12, 25):
            phase = TradingPhase.OPENING_AUCTION if step == 12 else TradingPhase.PRE_OPEN
            trading.change_phase("ACME", phase=phase, reason="a call", actor=market.operator)
        elif step in (15, 28):
            trading.change_phase("ACME", phase=TradingPhase.CONTINUOUS, reason="", actor=market.operator)
        market.drain()
        sequence, bids, offers = depth_in_database()
        seen[sequence] = bids, offers
    return seen


def cancel_if_open(order_id: int, market) -> None:
    with suppress(Rejected):
        orders.cancel(order_id, actor=market.house)


def repaired(book: Sides, *, after: int, pages: random.Random, upto: int) -> Follower:
    """A client who holds the book and the tape up to a sequence and repairs the rest, page by page."""
    follower = Follower(positions={"trades": after, "depth": after}, bids=dict(book[0]), offers=dict(book[1]))
    while follower.positions["depth"] < upto:
        page = events(follower.positions["depth"] + 1, count=pages.randint(1, 60))
        for message in page.messages:
            follower.take(orjson.loads(message.text))
        follower.verify(orjson.loads(page.messages[-1].text)["checksum"])
        assert follower.positions == {"trades": page.last_sequence, "depth": page.last_sequence}
    return follower


@pytest.mark.parametrize("seed", range(3))
def test_whoever_missed_any_range_repairs_book_and_tape_from_there(market, seed):
    chance, seen = random.Random(seed), busy_day(market, seed=seed)
    newest = max(seen)
    tape = list(Trade.objects.order_by("trade_seq").values_list("trade_seq", "event_seq"))
    assert len(tape) > 10
    for start in chance.sample(sorted(seen), 8):
        follower = repaired(seen[start], after=start, pages=chance, upto=newest)
        assert (follower.bids, follower.offers) == seen[newest]
        found = [(trade["trade_id"], trade["sequence"]) for trade in follower.trades]
        assert found == [trade for trade in tape if trade[1] > start]


def test_a_replayed_message_says_what_the_live_one_said(market):
    market.house_places("SELL", 30, "10.10")
    market.drain()
    market.place("BUY", 20, "10.10")
    market.drain()
    found = events(1)
    trades, depth_message = found.body["messages"]
    executed_at = trades["trades"][0].pop("executed_at")
    assert executed_at.endswith("Z")
    epoch = str(Book.objects.get().epoch)
    assert trades == {
        "type": "trades",
        "symbol": "ACME",
        "epoch": epoch,
        "first_sequence": 1,
        "last_sequence": 4,
        "trades": [{"trade_id": 1, "price": "10.10", "quantity": "20", "aggressor_side": "BUY", "sequence": 4}],
    }
    assert depth_message == {
        "type": "depth",
        "symbol": "ACME",
        "epoch": epoch,
        "first_sequence": 1,
        "last_sequence": 4,
        "phase": "CONTINUOUS",
        "phase_reason": "",
        "bids": [],
        "offers": [["10.10", "10"]],
        "checksum": checksum.of_book([], [("10.10", "10")]),
    }
    assert (found.first_sequence, found.last_sequence, found.newest_sequence) == (1, 4, 4)


def test_a_replay_of_quiet_events_says_that_nothing_changed_and_accounts_for_them(market):
    market.house_places("SELL", 30, "10.10", ord_type="STOP_LIMIT", stop_px="9.00")
    market.drain()
    for message in events(1).messages:
        assert (message.body["first_sequence"], message.body["last_sequence"]) == (1, 1)
    trades, book = events(1).messages
    assert trades.body["trades"] == []
    assert (book.body["bids"], book.body["offers"]) == ([], [])


def test_a_page_ends_where_a_command_ends_and_a_command_longer_than_a_page_is_given_whole(market):
    for step in range(5):
        market.house_places("SELL", 1, f"10.1{step}")
    market.drain()
    market.house_places("BUY", 5, "11.00")
    market.drain()
    assert events(1, count=3).last_sequence == 3
    assert events(4, count=4).last_sequence == 5
    assert events(6, count=1).last_sequence == 16


def test_the_phase_of_a_range_is_the_phase_at_its_end_and_its_reason_is_told_while_it_stands(market):
    trading.halt("ACME", reason="news pending", actor=market.operator)
    halted = Book.objects.get().event_seq
    assert events(1).messages[-1].body["phase"] == "HALTED"
    assert events(1).messages[-1].body["phase_reason"] == "news pending"
    trading.resume("ACME", actor=market.operator)
    market.drain()
    earlier, later = events(1, count=halted).messages[-1].body, events(halted + 1).messages[-1].body
    assert (earlier["phase"], earlier["phase_reason"]) == ("HALTED", "")
    assert (later["phase"], later["phase_reason"]) == ("CONTINUOUS", "")


def test_a_channel_alone_can_be_asked_for(market):
    market.trade()
    assert [message.type for message in events(1, channels=[Channel.TRADES]).messages] == ["trades"]
    assert [message.type for message in events(1, channels=[Channel.DEPTH]).messages] == ["depth"]


def test_sequences_of_another_life_of_the_book_are_refused(market):
    market.trade()
    epoch = str(Book.objects.get().epoch)
    Book.objects.update(epoch=uuid4())
    with pytest.raises(OtherEpoch) as refused:
        events(1, epoch=epoch)
    assert refused.value.code == "other_epoch"


def test_what_has_not_happened_is_refused_with_how_far_the_book_has_come(market):
    market.trade()
    newest = depth.of("ACME", levels=1).last_sequence
    with pytest.raises(SequenceAhead) as refused:
        events(newest + 1)
    assert (refused.value.code, str(newest) in refused.value.detail) == ("sequence_ahead", True)


def forget_events(*, upto: int) -> None:
    """Leave the journal as retention does, without the export that it would want first."""
    guards = guards_of_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        JournalEvent.objects.filter(event_seq__lte=upto).delete()
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


def test_what_retention_has_taken_is_expired_and_the_rest_is_not(market):
    for _ in range(3):
        market.trade()
    forget_events(upto=4)
    with pytest.raises(Expired) as refused:
        events(4)
    assert (refused.value.code, "from 5 on" in refused.value.detail) == ("expired", True)
    assert len(events(5).messages[0].body["trades"]) == 2


def test_depth_is_expired_when_nobody_can_tell_any_more_where_an_order_stood(market):
    market.house_places("SELL", 10, "10.10")
    market.drain()
    market.house_places("BUY", 1, "9.00")
    market.drain()
    market.house_places("BUY", 4, "10.10")
    market.drain()
    forget_events(upto=1)
    with pytest.raises(Expired):
        events(2)
    assert len(events(2, channels=[Channel.TRADES]).messages[0].body["trades"]) == 1


def test_depth_that_lies_too_far_back_is_expired_and_trades_are_not(market, monkeypatch):
    monkeypatch.setattr(limits, "REPLAY_DEPTH_REACH_EVENTS", 4)
    for _ in range(3):
        market.trade()
    newest = depth.of("ACME", levels=1).last_sequence
    with pytest.raises(Expired):
        events(newest - 4)
    assert events(newest - 3).last_sequence == newest
    assert len(events(1, channels=[Channel.TRADES]).messages[0].body["trades"]) == 3


def test_who_asks_too_often_is_told_when_to_ask_again_and_others_are_not_held_up(market, monkeypatch):
    monkeypatch.setattr(replaying, "_budget", Budget(2, at_once=3, callers_max=10))
    market.trade()
    for _ in range(3):
        events(1, caller="somebody")
    with pytest.raises(Throttled) as refused:
        events(1, caller="somebody")
    assert 0 < refused.value.retry_after_s <= 0.5
    assert events(1, caller="somebody else").last_sequence > 0


@pytest.mark.parametrize("symbol", ["NOPE", "acme", "AC\x00ME", "X" * 50])
def test_nobody_can_replay_what_is_not_listed(market, symbol):
    with pytest.raises(UnknownSymbol):
        feed.replay(symbol, epoch=str(uuid4()), first_sequence=1, count=1, caller="a test")
