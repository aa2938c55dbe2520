"""Placing orders with the ticket on the trading page."""

from decimal import Decimal

import pytest
from django.test import Client

from market.records import OrderRecord
from market.selectors import orders
from market.services import trading
from tests.market_place import MarketPlace
from tests.web.conftest import filled_in, matching
from vocabulary.orders import ExecInst, OrdStatus, OrdType, SelfTradePrevention

ADDRESS = "/instruments/ACME/orders/"
BY_SCRIPT = {"HX-Request": "true"}


def placed(market: MarketPlace) -> list[OrderRecord]:
    return orders.of_actor(market.trader, count=10)


def test_a_good_ticket_places_one_order_and_returns_to_the_page(market: MarketPlace, trader: Client):
    with matching(market):
        answer = trader.post(ADDRESS, filled_in(market), follow=True)

    assert answer.redirect_chain == [("/instruments/ACME/", 303)]
    assert "Placed: buy 100 ACME at 10.05. It waits in the book." in answer.content.decode()
    [order] = placed(market)
    assert (order.order_qty, order.price, order.ord_status) == (Decimal(100), Decimal("10.05"), OrdStatus.NEW)


def test_a_ticket_sent_by_script_gets_a_fresh_ticket_with_its_outcome(market: MarketPlace, trader: Client):
    market.house_places("SELL", 100, "10.05")
    ticket = filled_in(market)
    with matching(market):
        answer = trader.post(ADDRESS, ticket, headers=BY_SCRIPT)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "Bought 100 ACME at 10.05." in text
    assert "<html" not in text
    assert ticket["cl_ord_id"] not in text
    assert "own-changed" in answer.headers["HX-Trigger"]


def test_the_same_form_sent_twice_makes_one_order(market: MarketPlace, trader: Client):
    ticket = filled_in(market)
    with matching(market):
        trader.post(ADDRESS, ticket)
        answer = trader.post(ADDRESS, ticket, follow=True)

    assert "already submitted and was not placed twice" in answer.content.decode()
    assert len(placed(market)) == 1


def test_a_market_order_leaves_its_price_out(market: MarketPlace, trader: Client):
    market.house_places("SELL", 10, "10.00")
    with matching(market):
        answer = trader.post(
            ADDRESS, filled_in(market, ord_type="MARKET", order_qty="10", time_in_force="IOC"), follow=True
        )

    assert "Bought 10 ACME at 10" in answer.content.decode()
    assert placed(market)[0].price is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"order_qty": ""}, "Enter a quantity."),
        ({"order_qty": "0"}, "Quantity must be a positive multiple of the lot size 1."),
        ({"order_qty": "-5"}, "Quantity must be a positive multiple of the lot size 1."),
        ({"order_qty": "1.5"}, "Quantity must be a positive multiple of the lot size 1."),
        ({"order_qty": "1e5"}, "Enter a number in digits"),
        ({"order_qty": "NaN"}, "Enter a number in digits"),
        ({"order_qty": "Infinity"}, "Enter a number in digits"),
        ({"order_qty": "\N{FULLWIDTH DIGIT ONE}00"}, "Enter a number in digits"),
        ({"order_qty": "1" + "0" * 30}, "Quantity is above the largest order in ACME, 1000000."),
        ({"order_qty": "9" * 15}, "Quantity is above the largest order in ACME, 1000000."),
        ({"order_qty": "9" * 500}, "This number is too large."),
        ({"order_qty": "1\x002"}, "Enter a number in digits"),
        ({"price": ""}, "A limit order needs a price."),
        ({"price": "10.055"}, "Price must be a positive multiple of the tick size 0.01."),
        ({"price": "0.00"}, "Price must be a positive multiple of the tick size 0.01."),
        ({"price": "ten"}, "Enter a number in digits"),
        ({"price": "1" + "0" * 15}, "Price lies outside the price band of ACME, 5.00 to 15.00."),
        ({"price": "99.00"}, "Price lies outside the price band of ACME, 5.00 to 15.00."),
        ({"side": "HOLD"}, "Choose Buy or Sell."),
        ({"ord_type": ""}, "Choose a type."),
        ({"ord_type": "STOP", "stop_px": ""}, "A STOP order needs a stop price."),
        ({"ord_type": "STOP", "stop_px": "9.955"}, "A stop price must be a positive multiple of the tick size 0.01."),
        ({"time_in_force": "GTD", "expire_time": "soon"}, "Enter a date and a time."),
        ({"time_in_force": "EVER"}, "Choose a time in force."),
        ({"account": "HOUSE"}, "There is no such account, or you may not trade it."),
        ({"account": "<script>alert(1)</script>"}, "There is no such account, or you may not trade it."),
        ({"cl_ord_id": "no good id"}, "This form is out of date: reload the page."),
        ({"cl_ord_id": ""}, "This form is out of date: reload the page."),
        ({"side": "SELL"}, "The account has 0 ACME to sell, counting its open sell orders."),
        ({"order_qty": "50000"}, "the account&#x27;s buying power is 100000."),
    ],
)
def test_a_bad_field_is_explained_and_nothing_trades(
    changes: dict[str, str], sentence: str, market: MarketPlace, trader: Client
):
    for headers in ({}, BY_SCRIPT):
        answer = trader.post(ADDRESS, filled_in(market, **changes), headers=headers)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not any(order.ord_status.is_open for order in placed(market))


@pytest.mark.parametrize("field", ["side", "ord_type", "order_qty", "account", "time_in_force", "cl_ord_id"])
def test_a_missing_field_is_an_explained_error(field: str, market: MarketPlace, trader: Client):
    ticket = filled_in(market)
    del ticket[field]

    assert trader.post(ADDRESS, ticket).status_code == 422
    assert placed(market) == []


def test_a_refused_ticket_keeps_what_was_entered(market: MarketPlace, trader: Client):
    text = trader.post(ADDRESS, filled_in(market, price="10.055"), headers=BY_SCRIPT).content.decode()

    assert 'value="10.055" aria-invalid="true" aria-describedby="id_price-error id_price-hint"' in text
    assert 'name="order_qty" inputmode="decimal" autocomplete="off" maxlength="36" value="100"' in text


def test_a_recorded_reject_uses_its_id_up_and_the_ticket_gets_a_new_one(market: MarketPlace, trader: Client):
    ticket = filled_in(market, order_qty="50000")

    text = trader.post(ADDRESS, ticket, headers=BY_SCRIPT).content.decode()

    assert ticket["cl_ord_id"] not in text
    assert 'name="cl_ord_id" value="web-' in text


def test_no_order_is_taken_in_a_halt(market: MarketPlace, trader: Client):
    trading.halt("ACME", reason="News pending", actor=market.operator)

    text = trader.post(ADDRESS, filled_in(market), follow=True).content.decode()

    assert "Trading in ACME is halted: News pending. Cancels are accepted." in text


def test_quantities_may_be_grouped_by_thousands(market: MarketPlace, trader: Client):
    with matching(market):
        trader.post(ADDRESS, filled_in(market, order_qty="1,200", price="5.00"))

    assert placed(market)[0].order_qty == 1200


def test_a_stop_is_placed_with_its_terms_and_without_scripts(market: MarketPlace, trader: Client):
    market.trade(200)
    with matching(market):
        trader.post(
            ADDRESS,
            filled_in(
                market, side="SELL", ord_type="STOP", price="", stop_px="9.50", self_trade_prevention="CANCEL_BOTH"
            ),
        )
    order = placed(market)[0]
    assert (order.ord_type, order.stop_px, order.price, order.ord_status) == (
        OrdType.STOP, Decimal("9.50"), None, OrdStatus.NEW,
    )  # fmt: skip
    assert order.self_trade_prevention is SelfTradePrevention.CANCEL_BOTH


TYPES_AND_FIELDS = [
    ({"ord_type": "TRAILING_STOP", "side": "SELL", "trail_by": "0.25"}, {"peg_offset": Decimal("0.25")}),
    (
        {"ord_type": "TRAILING_STOP", "side": "SELL", "trail_by": "50", "peg_offset_type": "BASIS_POINTS"},
        {"peg_offset": Decimal(50)},
    ),
    ({"ord_type": "PEGGED", "peg_price_type": "MID", "price": "11.00"}, {"price": Decimal("11.00")}),
    ({"ord_type": "STOP_LIMIT", "stop_px": "11.00", "price": "11.05"}, {"stop_px": Decimal("11.00")}),
    ({"display_qty": "10"}, {"display_qty": Decimal(10)}),
    ({"post_only": "on"}, {"exec_inst": ExecInst.POST_ONLY}),
    ({"slide": "on"}, {"exec_inst": ExecInst.POST_ONLY | ExecInst.SLIDE}),
    ({"cancel_on_halt": "on"}, {"exec_inst": ExecInst.CANCEL_ON_HALT}),
]


@pytest.mark.parametrize(("changes", "expected"), TYPES_AND_FIELDS)
def test_every_type_of_order_is_placed_as_it_was_filled_in(
    changes: dict[str, str], expected: dict[str, object], market: MarketPlace, trader: Client
):
    market.trade(200)
    with matching(market):
        trader.post(ADDRESS, filled_in(market, **{"price": "9.00", **changes}))

    order = placed(market)[0]
    assert order.ord_status is OrdStatus.NEW, order.reject_text
    assert {name: getattr(order, name) for name in expected} == expected


def test_what_a_type_does_not_have_is_left_out(market: MarketPlace, trader: Client):
    market.house_places("SELL", 10, "10.00")
    with matching(market):
        trader.post(ADDRESS, filled_in(market, ord_type="MARKET", stop_px="99", display_qty="1", order_qty="10"))

    order = placed(market)[0]
    assert (order.ord_status, order.stop_px, order.display_qty) == (OrdStatus.FILLED, None, None)


def test_a_bracket_is_placed_as_three_orders(market: MarketPlace, trader: Client):
    with matching(market):
        ticket = filled_in(market, ord_type="BRACKET", price="10.00", take_profit_px="11.00", stop_px="9.50")
        answer = trader.post(ADDRESS, ticket, headers=BY_SCRIPT)

    assert "Placed: buy 100 ACME at 10.00. It waits in the book. With it 2 more wait." in answer.content.decode()
    assert [(order.side.name, order.ord_type.name) for order in placed(market)] == [
        ("SELL", "STOP"), ("SELL", "LIMIT"), ("BUY", "LIMIT"),
    ]  # fmt: skip


def test_a_pair_is_placed_as_two_orders_of_which_one_cancels_the_other(market: MarketPlace, trader: Client):
    market.trade(100)
    pair = {"ord_type": "ONE_CANCELS_THE_OTHER", "side": "SELL", "price": "11.00", "stop_px": "9.50"}
    with matching(market):
        trader.post(ADDRESS, filled_in(market, **pair), headers=BY_SCRIPT)

    limit, stop = sorted(placed(market)[:2], key=lambda order: order.ord_type)
    assert (limit.ord_type, stop.ord_type) == (OrdType.LIMIT, OrdType.STOP)
    assert limit.linked_order_id == stop.order_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"take_profit_px": "11.005"}, "take_profit_px"),
        ({"take_profit_px": ""}, "take_profit_px"),
        ({"stop_px": "9.505"}, "stop_px"),
        ({"stop_px": ""}, "stop_px"),
        ({"price": "99"}, "price"),
    ],
)
def test_what_is_wrong_with_a_bracket_stands_beside_the_price_at_fault(
    changes: dict[str, str], field: str, market: MarketPlace, trader: Client
):
    ticket = {"ord_type": "BRACKET", "price": "10.00", "take_profit_px": "11.00", "stop_px": "9.50", **changes}
    text = trader.post(ADDRESS, filled_in(market, **ticket), headers=BY_SCRIPT).content.decode()

    assert f'data-field="{field}"' in text
    assert not any(order.ord_status.is_open for order in placed(market))


def test_a_preview_tells_cost_and_buying_power_and_places_nothing(market: MarketPlace, trader: Client):
    answer = trader.post(f"{ADDRESS}preview/", filled_in(market), headers=BY_SCRIPT)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "<output data-estimate>1,005.00</output>" in text
    assert "98,995.00" in text
    assert placed(market) == []


def test_a_preview_tells_the_refusal_and_its_field(market: MarketPlace, trader: Client):
    text = trader.post(f"{ADDRESS}preview/", filled_in(market, price="10.055"), headers=BY_SCRIPT).content.decode()

    assert 'data-field="price" data-code="invalid_price_increment"' in text
    assert "Price must be a positive multiple of the tick size 0.01." in text


def test_a_ticket_that_is_not_finished_is_no_mistake(market: MarketPlace, trader: Client):
    text = trader.post(f"{ADDRESS}preview/", filled_in(market, order_qty=""), headers=BY_SCRIPT).content.decode()

    assert "data-problem" not in text


def test_without_scripts_a_preview_is_the_page_with_the_ticket_as_it_was(market: MarketPlace, trader: Client):
    text = trader.post(f"{ADDRESS}preview/", filled_in(market)).content.decode()

    assert "<html" in text
    assert "<output data-estimate>1,005.00</output>" in text
    assert 'value="10.05"' in text


def test_terms_that_do_not_go_together_are_explained_on_the_ticket(market: MarketPlace, trader: Client):
    answer = trader.post(ADDRESS, filled_in(market, min_qty="10", post_only="on"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "does not go with" in text
    assert '<details class="options" open>' in text
