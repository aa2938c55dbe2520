"""Candles of a minute, as they grow with each trade."""

from market.feed.minute_candles import MinuteCandle, MinuteCandles
from vocabulary import limits

MINUTE_US = 60_000_000


def traded(candles: MinuteCandles, minute: float, price_ticks: int, quantity_lots: int = 1) -> None:
    candles.add(executed_us=int(minute * MINUTE_US), price_ticks=price_ticks, quantity_lots=quantity_lots)


def test_a_candle_opens_with_the_first_trade_and_closes_with_the_last():
    candles = MinuteCandles([])
    for price in (100, 104, 98, 101):
        traded(candles, 7.5, price, 2)
    assert list(candles) == [MinuteCandle(7, 100, 104, 98, 101, 8, 4)]


def test_minutes_without_a_trade_have_no_candle_and_old_ones_leave():
    candles = MinuteCandles([])
    for minute in range(2 * limits.FEED_CANDLES_KEPT):
        traded(candles, 2 * minute, 100)
    assert [each.number for each in candles] == [2 * each for each in range(60, 120)]


def test_only_what_has_changed_is_told_and_only_once():
    candles = MinuteCandles([MinuteCandle(1, 100, 100, 100, 100, 1, 1)])
    assert candles.take_changes() == []
    traded(candles, 1, 101)
    traded(candles, 2, 102)
    assert [each.number for each in candles.take_changes()] == [1, 2]
    assert candles.take_changes() == []


def test_a_trade_of_an_earlier_minute_goes_on_in_the_last_candle():
    candles = MinuteCandles([])
    traded(candles, 3, 100)
    traded(candles, 2, 99)
    assert list(candles) == [MinuteCandle(3, 100, 100, 99, 99, 2, 2)]
