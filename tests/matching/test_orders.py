"""The rules of orders, drawn: each runs against the reference and against the kernel."""

import pytest

from tests.matching.drawing import buy, draw, picture_of, sell, tidy, told
from vocabulary.orders import LiquiditySide, TimeInForce

EMPTY = "---"


def test_an_order_that_crosses_nothing_rests(matcher):
    draw(matcher, "102 A 10\n ---\n 99 B 20")
    assert told(matcher.apply(buy("C", 5, at=100))) == ["C NEW leaves 5"]
    assert picture_of(matcher) == tidy("102 A 10\n ---\n 100 C 5\n 99 B 20")


def test_earlier_order_at_the_same_price_trades_first(matcher):
    draw(matcher, "101 A 100, B 50\n ---")
    assert told(matcher.apply(buy("C", 120, at=101))) == [
        "C NEW leaves 120",
        "A TRADE 100 @ 101 leaves 0",
        "C TRADE 100 @ 101 leaves 20",
        "B TRADE 20 @ 101 leaves 30",
        "C TRADE 20 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == tidy("101 B 30\n ---")


def test_better_price_trades_before_earlier_time(matcher):
    draw(matcher, "102 A 10\n 101 B 10\n ---")
    assert told(matcher.apply(buy("C", 15, at=102))) == [
        "C NEW leaves 15",
        "B TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 5",
        "A TRADE 5 @ 102 leaves 5",
        "C TRADE 5 @ 102 leaves 0",
    ]


def test_a_sell_order_trades_with_the_highest_bid_first(matcher):
    draw(matcher, "---\n 99 B 10\n 98 A 10")
    assert told(matcher.apply(sell("C", 15, at=98))) == [
        "C NEW leaves 15",
        "B TRADE 10 @ 99 leaves 0",
        "C TRADE 10 @ 99 leaves 5",
        "A TRADE 5 @ 98 leaves 5",
        "C TRADE 5 @ 98 leaves 0",
    ]


def test_what_the_market_cannot_fill_of_a_limit_order_rests_at_its_limit(matcher):
    draw(matcher, "103 B 10\n 101 A 10\n ---")
    matcher.apply(buy("C", 25, at=102))
    assert picture_of(matcher) == tidy("103 B 10\n ---\n 102 C 15")


def test_a_trade_prints_at_the_resting_price_with_the_makers_report_first(matcher):
    draw(matcher, "101 A 10\n ---")
    _, maker, taker = matcher.apply(buy("B", 4, at=105))
    assert (maker["liquidity"], taker["liquidity"]) == (LiquiditySide.MAKER, LiquiditySide.TAKER)
    assert (maker["price_ticks"], taker["price_ticks"]) == (101, 105)
    assert (maker["last_px_ticks"], taker["last_px_ticks"]) == (101, 101)
    assert (maker["contra_order_id"], taker["contra_order_id"]) == (taker["order_id"], maker["order_id"])
    assert (maker["cum_qty_lots"], maker["leaves_qty_lots"]) == (4, 6)
    assert (taker["cum_qty_lots"], taker["leaves_qty_lots"]) == (4, 0)
    assert maker["trade_seq"] == taker["trade_seq"] == 1


def test_trades_commands_and_events_are_numbered_without_gaps(matcher):
    draw(matcher, "102 B 1\n 101 A 1\n ---")
    events = matcher.apply(buy("C", 2, at=102))
    assert events["trade_seq"].tolist() == [0, 1, 1, 2, 2]
    assert events["event_seq"].tolist() == [3, 4, 5, 6, 7]
    assert events["command_seq"].tolist() == [3, 3, 3, 3, 3]


@pytest.mark.parametrize("time_in_force", [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC])
def test_a_market_order_takes_any_price_and_never_rests(matcher, time_in_force):
    draw(matcher, "180 B 10\n 101 A 10\n ---")
    assert told(matcher.apply(buy("C", 25, at=None, time_in_force=time_in_force))) == [
        "C NEW leaves 25",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 15",
        "B TRADE 10 @ 180 leaves 0",
        "C TRADE 10 @ 180 leaves 5",
        "C CANCELED no_liquidity",
    ]
    assert picture_of(matcher) == EMPTY


def test_a_market_order_trades_no_worse_than_its_protection_price(matcher):
    draw(matcher, "180 B 10\n 101 A 10\n ---")
    assert told(matcher.apply(buy("C", 25, at=None, price_ticks=110))) == [
        "C NEW leaves 25",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 15",
        "C CANCELED no_liquidity",
    ]
    assert picture_of(matcher) == tidy("180 B 10\n ---")


def test_a_market_order_into_an_empty_book_is_canceled(matcher):
    assert told(matcher.apply(sell("A", 5, at=None))) == ["A NEW leaves 5", "A CANCELED no_liquidity"]


def test_the_rest_of_an_immediate_order_is_canceled(matcher):
    draw(matcher, "101 A 10\n ---\n 99 B 10")
    events = matcher.apply(buy("C", 15, at=101, time_in_force=TimeInForce.IOC))
    assert told(events) == [
        "C NEW leaves 15",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 5",
        "C CANCELED no_liquidity",
    ]
    assert (events[-1]["cum_qty_lots"], events[-1]["leaves_qty_lots"], events[-1]["order_qty_lots"]) == (10, 0, 15)
    assert picture_of(matcher) == tidy("---\n 99 B 10")


def test_a_fill_or_kill_order_fills_whole_across_levels(matcher):
    draw(matcher, "102 B 10\n 101 A 10\n ---")
    assert told(matcher.apply(buy("C", 15, at=102, time_in_force=TimeInForce.FOK))) == [
        "C NEW leaves 15",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 5",
        "B TRADE 5 @ 102 leaves 5",
        "C TRADE 5 @ 102 leaves 0",
    ]


@pytest.mark.parametrize("limit", [101, None])
def test_a_fill_or_kill_order_that_cannot_fill_whole_trades_nothing(matcher, limit):
    draw(matcher, "101 A 10\n ---")
    order = buy("C", 11, at=limit, time_in_force=TimeInForce.FOK)
    assert told(matcher.apply(order)) == ["C NEW leaves 11", "C CANCELED not_fillable"]
    assert picture_of(matcher) == tidy("101 A 10\n ---")


def test_a_participant_may_trade_with_itself(matcher):
    draw(matcher, "101 A 10\n ---")
    assert told(matcher.apply(buy("B", 10, at=101, account_id=101)))[1:] == [
        "A TRADE 10 @ 101 leaves 0",
        "B TRADE 10 @ 101 leaves 0",
    ]
