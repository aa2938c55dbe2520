"""A market's view holds its newest trades and candles, each trade once, and knows what it has missed."""

from decimal import Decimal

import pytest

from terminal.live.local_book import Gap
from terminal.live.market_view import MarketView
from terminal.records import Channel, Depth, Heartbeat, Interval, Trade, Update
from tests.terminal.drawing import ACME, candle, trade
from vocabulary.phases import TradingPhase

EMPTY_BOOK = Depth(TradingPhase.CONTINUOUS, "", (), ())


def trades(first: int | None, last: int, *held: Trade) -> Update:
    return Update("ACME", Channel.TRADES, first, last, "epoch", held)


@pytest.fixture
def view() -> MarketView:
    view = MarketView(ACME)
    view.take(Update("ACME", Channel.DEPTH, None, 10, "epoch", EMPTY_BOOK))
    view.take(trades(None, 10, trade(1, "10.00", 5), trade(2, "10.02", 3, after_s=1)))
    return view


def test_the_newest_trade_stands_first_on_the_tape(view):
    view.take(trades(11, 12, trade(3, "10.01", after_s=2)))
    assert [found.trade_id for found in view.tape] == [3, 2, 1]


@pytest.mark.parametrize("first", [10, 12])
def test_trades_that_do_not_follow_are_a_gap(view, first):
    with pytest.raises(Gap):
        view.take(trades(first, 13, trade(3, "10.01")))


def test_a_heartbeat_beyond_what_was_heard_is_a_gap(view):
    view.take(Heartbeat("ACME", {Channel.TRADES: 10, Channel.DEPTH: 10, Channel.TICKER: 99}))
    with pytest.raises(Gap):
        view.take(Heartbeat("ACME", {Channel.TRADES: 10, Channel.DEPTH: 11}))


def test_what_is_said_of_another_market_is_not_for_this_one(view):
    view.take(Update("BOLT", Channel.TRADES, 99, 99, "", (trade(1, "1.00"),)))
    assert [found.trade_id for found in view.tape] == [2, 1]


def test_without_candles_they_are_made_from_the_trades(view):
    view.begin_candles([], interval=Interval.ONE_MINUTE)
    assert list(view.candles) == [candle("10.00 10.02 10.00 10.02", 8, trade_count=2)]


def test_a_trade_that_a_candle_holds_already_is_not_counted_again(view):
    view.begin_candles([candle("10.00 10.00 10.00 10.00", 5)], interval=Interval.ONE_MINUTE)
    assert list(view.candles) == [candle("10.00 10.02 10.00 10.02", 8, trade_count=2)]


def test_a_trade_of_the_next_interval_opens_the_next_candle(view):
    view.begin_candles([], interval=Interval.ONE_MINUTE)
    view.take(trades(11, 11, trade(3, "9.99", 7, after_s=61)))
    assert view.candles[-1] == candle("9.99 9.99 9.99 9.99", 7, after_s=60)
    assert len(view.candles) == 2


def test_trades_seen_before_a_reconnection_are_not_counted_again(view):
    view.begin_candles([], interval=Interval.ONE_MINUTE)
    view.take(trades(None, 20, trade(2, "10.02", 3, after_s=1), trade(3, "10.04", 1, after_s=2)))
    assert view.candles[-1].volume == Decimal(9)
    assert [found.trade_id for found in view.tape] == [3, 2]
