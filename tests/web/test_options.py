"""The pages of options: their terms, and the way from an instrument to the options on it."""

from datetime import UTC, datetime
from decimal import Decimal

from django.test import Client

from market.services import options
from tests.market_place import MarketPlace
from vocabulary.options import PutOrCall


def test_the_page_of_an_option_says_what_it_is_on_and_until_when(market: MarketPlace, anybody: Client):
    assert "Options</a>" not in anybody.get("/instruments/ACME/").content.decode()
    options.list_contract(
        "ACME",
        put_or_call=PutOrCall.CALL,
        strike_price=Decimal("10.50"),
        expires_at=datetime(2027, 6, 18, 17, 30, tzinfo=UTC),
        actor=market.operator,
    )
    text = anybody.get("/instruments/ACME-270618C10.5/").content.decode()
    assert '<dt>Call on</dt><dd><a href="/instruments/ACME/">ACME</a></dd>' in text
    assert "<dt>Strike</dt><dd>10.5</dd>" in text
    assert "2027-06-18 17:30:00" in text
    assert 'href="/?q=ACME">Options</a>' in anybody.get("/instruments/ACME/").content.decode()
    assert "ACME 10.5 call 2027-06-18" in anybody.get("/").content.decode()
