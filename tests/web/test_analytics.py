"""The page that tells what happened in an instrument."""

from django.test import Client

from analytics.services import candles
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
