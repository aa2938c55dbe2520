"""Looking back at one's orders."""

import csv

from django.test import Client

from tests.market_place import MarketPlace
from tests.web.conftest import Visit


def exported(browser: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(browser.get(f"/orders/export.csv{query}").content.decode().splitlines()))


def test_an_order_is_shown_with_everything_that_happened_to_it(market: MarketPlace, trader: Client):
    market.house_places("SELL", 30, "10.00")
    receipt = market.place("BUY", 40, "10.00")
    market.drain()
    assert receipt.order is not None

    text = trader.get(f"/orders/{receipt.order.order_id}/").content.decode()

    assert "Partially filled" in text
    assert [word for word in ("New", "Trade") if f"<td>{word}</td>" in text] == ["New", "Trade"]


def test_nobody_sees_somebody_elses_order(market: MarketPlace, trader: Client, visit: Visit):
    receipt = market.house_places("SELL", 30, "10.00")
    assert receipt.order is not None

    assert trader.get(f"/orders/{receipt.order.order_id}/").status_code == 404
    assert str(receipt.order.order_id) not in {row["order_id"] for row in exported(trader)}


def test_the_list_and_the_file_hold_the_orders_that_are_asked_for(market: MarketPlace, trader: Client):
    market.list("OTHER")
    market.trade(10)
    market.place("BUY", 1, "9.00")
    market.place("BUY", 2, "9.00", symbol="OTHER")
    market.drain()

    assert [row["order_qty"] for row in exported(trader)] == ["2", "1", "10"]
    assert [row["order_qty"] for row in exported(trader, "?symbol=ACME&state=open")] == ["1"]
    assert [row["order_qty"] for row in exported(trader, "?state=closed")] == ["10"]
    assert exported(trader, "?side=SELL") == []
    text = trader.get("/orders/?symbol=OTHER").content.decode()
    assert ">OTHER</a>" in text
    assert ">ACME</a>" not in text


def test_what_makes_no_sense_in_the_address_is_as_if_it_were_not_said(market: MarketPlace, trader: Client):
    market.place("BUY", 1, "9.00")

    assert len(exported(trader, "?symbol=NOPE&side=HOLD&state=odd")) == 1
