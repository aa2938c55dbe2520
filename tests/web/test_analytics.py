"""The page that tells what happened in an instrument."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from analytics.services import candles, quotes
from tests.market_place import MarketPlace


def test_the_page_sums_up_prices_and_volume_without_scripts(market: MarketPlace, anybody: Client):
    market.trade(10, "10.00")
    market.trade(30, "10.40")
    candles.build("ACME")

    text = anybody.get("/analytics/ACME/").content.decode()

    assert "<dt>High</dt><dd>10.40</dd>" in text
    assert "<dt>Average by volume</dt><dd>10.30</dd>" in text
    assert "<dt>Volume</dt><dd>40</dd>" in text


def test_every_stretch_of_time_can_be_looked_at_and_what_is_none_is_the_first(market: MarketPlace, anybody: Client):
    for word in ("1h", "24h", "7d", "never"):
        assert anybody.get(f"/analytics/ACME/?window={word}").status_code == 200
    assert anybody.get("/analytics/NIX/").status_code == 404


def test_an_instrument_without_a_trade_says_so(market: MarketPlace, anybody: Client):
    text = anybody.get("/analytics/ACME/").content.decode()

    assert "Too few trades in this time to draw a line." in text
    assert "Nothing waits in the book." in text


def test_the_spread_is_drawn_through_time(market: MarketPlace, anybody: Client):
    market.place("BUY", 5, price="9.98")
    market.house_places("SELL", 4, price="10.03")
    market.drain()
    assert "Too few samples in this time" in anybody.get("/analytics/ACME/").content.decode()
    for minutes_ago in (3, 2, 1):
        quotes.sample_all(now=timezone.now() - timedelta(minutes=minutes_ago))

    text = anybody.get("/analytics/ACME/").content.decode()

    assert "<dt>Spread, newest interval</dt><dd>0.05</dd>" in text
    assert "<dt>In basis points</dt><dd>49.98</dd>" in text
    assert "quantity of the first ten levels, 0 to 5" in text
