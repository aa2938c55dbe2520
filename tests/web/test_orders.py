"""One's own orders: the list, its pages, and canceling."""

from dataclasses import replace
from decimal import Decimal

from django.test import Client

from market.selectors import orders
from market.services import orders as orders_service
from market.services import trading
from tests.market_place import MarketPlace
from tests.web.conftest import Visit
from vocabulary.orders import OrdStatus, OrdType, PegPriceType


def order_ids(market: MarketPlace) -> list[int]:
    return [order.order_id for order in orders.of_actor(market.trader, count=100)]


def test_a_cancel_returns_to_the_page_it_came_from(market: MarketPlace, trader: Client):
    receipt = market.place("BUY", 10, "10.00")
    market.drain()
    assert receipt.order is not None

    address = f"/orders/{receipt.order.order_id}/cancel/"
    answer = trader.post(address, {"next": "/instruments/ACME/"}, follow=True)
    market.drain()

    assert answer.redirect_chain == [("/instruments/ACME/", 303)]
    assert "Cancel requested for buy ACME." in answer.content.decode()
    order = orders.access_order(receipt.order.order_id, actor=market.trader)
    assert order.ord_status is OrdStatus.CANCELED


def test_a_cancel_never_leads_to_another_site(market: MarketPlace, trader: Client):
    market.place("BUY", 10, "10.00")
    market.drain()

    for address in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = trader.post(f"/orders/{order_ids(market)[0]}/cancel/", {"next": address})
        assert (answer.status_code, answer["Location"]) == (303, "/orders/")


def test_a_cancel_by_script_answers_with_a_sentence(market: MarketPlace, trader: Client):
    market.place("BUY", 10, "10.00")
    market.drain()
    address = f"/orders/{order_ids(market)[0]}/cancel/"

    asked = trader.post(address, headers={"HX-Request": "true"})
    market.drain()
    too_late = trader.post(address, headers={"HX-Request": "true"})

    assert "Cancel requested for buy ACME." in asked.content.decode()
    assert "own-changed" in asked.headers["HX-Trigger"]
    assert "The order is no longer open." in too_late.content.decode()


def test_a_cancel_in_a_halt_is_accepted(market: MarketPlace, trader: Client):
    market.place("BUY", 10, "10.00")
    market.drain()
    trading.halt("ACME", reason="News pending", actor=market.operator)

    trader.post(f"/orders/{order_ids(market)[0]}/cancel/")
    market.drain()

    [order] = orders.of_actor(market.trader, count=2)
    assert order.ord_status is OrdStatus.CANCELED


def test_somebody_elses_order_does_not_exist(market: MarketPlace, visit: Visit):
    market.place("BUY", 10, "10.00")
    market.drain()
    newcomer, _ = market.newcomer()
    browser = visit(newcomer)

    foreign = browser.post(f"/orders/{order_ids(market)[0]}/cancel/")
    absent = browser.post("/orders/999999/cancel/")

    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
    assert "No order yet." in browser.get("/orders/").content.decode()


def test_an_impossible_order_number_does_not_exist(trader: Client):
    assert trader.post(f"/orders/{10**30}/cancel/").status_code == 404
    assert trader.post("/orders/-1/cancel/").status_code == 404


def test_older_orders_are_on_the_next_page(market: MarketPlace, trader: Client):
    for _ in range(51):
        market.place("BUY", 1, "6.00")
    market.drain()
    ids = order_ids(market)

    first = trader.get("/orders/").content.decode()
    second = trader.get(f"/orders/?before={ids[49]}").content.decode()

    assert f'href="?before={ids[49]}"' in first
    assert first.count('<td class="act"') == 50
    assert second.count('<td class="act"') == 1
    assert "Back to the newest" in second


def test_a_page_number_that_makes_no_sense_shows_the_newest(market: MarketPlace, trader: Client):
    market.place("BUY", 1, "6.00")
    for before in ("x", "-1", "1e9", "9" * 40, "\x00", "²"):
        assert trader.get("/orders/", {"before": before}).status_code == 200


def test_a_reject_is_listed_with_its_reason(market: MarketPlace, trader: Client):
    market.place("SELL", 10, "10.00")

    text = trader.get("/orders/").content.decode()

    assert "Rejected" in text
    assert "The account has 0 ACME to sell" in text


def test_an_order_shows_what_it_waits_for_and_what_it_follows(market: MarketPlace, trader: Client):
    market.house_places("BUY", 5, "9.90")
    market.house_places("SELL", 5, "10.10")
    market.trade()
    stop = replace(market.ticket("BUY", 1), ord_type=OrdType.STOP, stop_px=Decimal("10.50"))
    trailing = {"peg_price_type": PegPriceType.TRAILING_STOP, "peg_offset": Decimal("0.25")}
    pegged = {"peg_price_type": PegPriceType.MID}
    for ticket in (
        stop,
        replace(market.ticket("SELL", 1), ord_type=OrdType.STOP, **trailing),
        replace(market.ticket("BUY", 1), ord_type=OrdType.PEGGED, **pegged),
        replace(market.ticket("BUY", 20, "9.00"), display_qty=Decimal(5)),
    ):
        assert orders_service.place(ticket, actor=market.trader).is_accepted
    market.drain()
    for address in ("/orders/", "/instruments/ACME/"):
        page = trader.get(address).content.decode()
        for said in (
            "when 10.50 trades",
            "0.25 behind the market",
            "follows the middle, now 10.00",
            "shows 5",
        ):
            assert f"<small>{said}</small>" in page, (address, said)


def test_an_open_order_is_changed_where_it_stands(market: MarketPlace, trader: Client):
    market.place("BUY", 10, "10.00")
    market.drain()
    change = {"cl_ord_id": "my-change", "order_qty": "8", "price": "9.90"}

    answer = trader.post(f"/orders/{order_ids(market)[0]}/replace/", change, headers={"HX-Request": "true"})
    market.drain()

    assert answer.status_code == 200
    assert "Change requested for buy ACME." in answer.content.decode()
    order = orders.of_actor(market.trader, count=1)[0]
    assert (order.order_qty, order.price) == (Decimal(8), Decimal("9.90"))


def test_a_change_that_cannot_be_is_explained_with_its_field(market: MarketPlace, trader: Client):
    market.place("BUY", 10, "10.00")
    market.drain()
    change = {"cl_ord_id": "my-change", "order_qty": "10", "price": "9.905"}

    answer = trader.post(f"/orders/{order_ids(market)[0]}/replace/", change, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert 'data-field="price"' in answer.content.decode()
    assert orders.of_actor(market.trader, count=1)[0].price == Decimal("10.00")


def test_all_orders_in_an_instrument_are_canceled_and_no_others(market: MarketPlace, trader: Client):
    market.list("OTHER")
    for symbol in ("ACME", "ACME", "OTHER"):
        market.place("BUY", 1, "10.00", symbol=symbol)
        market.drain(symbol)

    answer = trader.post("/instruments/ACME/orders/cancel/", headers={"HX-Request": "true"})
    market.drain("ACME")
    market.drain("OTHER")

    assert "Cancel requested for 2 orders in ACME." in answer.content.decode()
    open_symbols = [order.symbol for order in orders.of_actor(market.trader, is_open=True, count=9)]
    assert open_symbols == ["OTHER"]
