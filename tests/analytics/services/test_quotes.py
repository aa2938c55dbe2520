"""Samples of what books quote: taken while they trade, once in ten seconds, and let go when they are old."""

from datetime import UTC, datetime, timedelta

from analytics.models import QuoteSample
from analytics.services import quotes
from market.services import trading
from tests.market_place import MarketPlace

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COLUMNS = ("sampled_at", "bid_ticks", "offer_ticks", "bid_depth_lots", "offer_depth_lots")


def kept() -> list[tuple[object, ...]]:
    """Every sample, oldest first."""
    return list(QuoteSample.objects.order_by("sampled_at").values_list(*COLUMNS))


def quote_both_sides(market: MarketPlace) -> None:
    """Two levels of bids and one of offers."""
    market.place("BUY", 5, price="9.98")
    market.place("BUY", 7, price="9.90")
    market.house_places("SELL", 4, price="10.03")
    market.drain()


def test_a_sample_holds_the_best_prices_and_the_depth_behind_them(market: MarketPlace):
    quote_both_sides(market)
    assert quotes.sample_all(now=NOON + timedelta(seconds=3.7)) == 1
    assert kept() == [(NOON, 998, 1003, 12, 4)]


def test_a_stretch_of_ten_seconds_has_one_sample_however_often_it_is_asked_for(market: MarketPlace):
    quote_both_sides(market)
    for after_s in (0, 4, 9.9, 10):
        quotes.sample_all(now=NOON + timedelta(seconds=after_s))
    assert [sampled_at for sampled_at, *_ in kept()] == [NOON, NOON + timedelta(seconds=10)]


def test_a_side_on_which_nobody_quotes_has_no_price(market: MarketPlace):
    market.place("BUY", 5, price="9.98")
    market.drain()
    quotes.sample_all(now=NOON)
    assert kept() == [(NOON, 998, None, 5, 0)]


def test_a_halted_book_quotes_nothing(market: MarketPlace):
    quote_both_sides(market)
    trading.halt("ACME", reason="news", actor=market.operator)
    assert quotes.sample_all(now=NOON) == 0
    assert kept() == []


def test_old_samples_go_and_none_where_all_are_kept(market: MarketPlace):
    quote_both_sides(market)
    for days in range(4):
        quotes.sample_all(now=NOON + timedelta(days=days))
    now = NOON + timedelta(days=3, seconds=1)
    assert quotes.expire(keep_days=0, now=now) == 0
    assert quotes.expire(keep_days=2, now=now) == 2
    assert [sampled_at for sampled_at, *_ in kept()] == [NOON + timedelta(days=2), NOON + timedelta(days=3)]
