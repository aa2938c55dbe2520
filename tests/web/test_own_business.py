"""What a trader sees of their own: open orders, fills, positions, cash."""

import re

from django.test import Client

from tests.market_place import MarketPlace
from tests.web.conftest import Visit


def test_the_portfolio_shows_cash_reserve_and_position(market: MarketPlace, trader: Client):
    market.trade(10, "10.00")
    market.place("BUY", 5, "9.00")
    market.drain()

    text = trader.get("/portfolio/").content.decode()

    assert market.account in text
    for amount in ("100,000.00", "99,900.00", "45.00", "99,855.00"):
        assert re.search(rf"<dd>(<a [^>]*>{amount}</a>|{amount})</dd>", text), amount
    assert '<td class="number">100.00</td>' in text


def test_the_own_part_shows_orders_fills_and_position(market: MarketPlace, trader: Client):
    market.trade(10, "10.00")
    market.place("BUY", 5, "9.00")
    market.drain()

    text = trader.get("/instruments/ACME/own/").content.decode()

    assert text.count("data-own-order ") == 1
    assert text.count("data-own-fill ") == 1
    assert f'data-own-position="{market.account}" data-held="10"' in text
    assert 'id="buying-power" hx-swap-oob="innerHTML"' in text


def test_nobody_sees_anothers_business(market: MarketPlace, visit: Visit):
    market.trade(10, "10.00")
    market.place("BUY", 5, "9.00")
    market.drain()
    newcomer, _ = market.newcomer()
    browser = visit(newcomer)

    for address in ("/instruments/ACME/own/", "/instruments/ACME/", "/portfolio/", "/orders/"):
        text = browser.get(address).content.decode()
        assert market.account not in text
        assert "data-own-order " not in text


def test_a_user_without_an_account_is_told_so(market: MarketPlace, operator: Client):
    assert "No account to trade" in operator.get("/instruments/ACME/").content.decode()
    assert operator.post("/instruments/ACME/orders/", {}).status_code == 422
