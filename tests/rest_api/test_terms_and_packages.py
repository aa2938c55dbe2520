"""Terms, packages and phases over REST."""

from typing import Any

from tests.rest_api.conftest import Exchange, assert_problem


def stop(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    return exchange.ticket(**{"ord_type": "STOP", "price": None, "stop_px": "10.50", **changes})


def test_an_order_is_answered_with_the_terms_that_it_names(exchange):
    body = exchange.ticket(
        display_qty="10", exec_inst=["POST_ONLY", "CANCEL_ON_HALT"], self_trade_prevention="CANCEL_BOTH"
    )
    order = exchange.trader.post("orders/", body).json()
    assert {name: order[name] for name in body} == body
    assert (order["stop_px"], order["contingency_type"], order["expire_time"]) == (None, None, None)
    assert exchange.trader.get(f"orders/{order['order_id']}/").json() == order


def test_a_stop_waits_and_its_stop_price_is_replaced_alone(exchange):
    order = exchange.trader.post("orders/", stop(exchange)).json()
    exchange.drain()
    replaced = exchange.trader.patch(
        f"orders/{order['order_id']}/", {"cl_ord_id": "my-2", "order_qty": "100", "stop_px": "11.00"}
    )
    assert replaced.status_code == 202
    exchange.drain()
    now = exchange.trader.get(f"orders/{order['order_id']}/").json()
    assert (now["ord_status"], now["stop_px"], now["price"]) == ("NEW", "11.00", None)


def test_terms_that_contradict_each_other_are_a_recorded_reject_that_names_the_field(exchange):
    problem = assert_problem(exchange.trader.post("orders/", stop(exchange, stop_px=None)), 422, "invalid_terms")
    assert "stop_px" in problem["detail"]
    assert problem["order"]["ord_status"] == "REJECTED"


def test_a_bracket_is_201_with_its_three_orders_and_200_when_sent_again(exchange):
    body = {
        "entry": exchange.ticket(cl_ord_id="entry"),
        "take_profit": exchange.ticket(cl_ord_id="profit", side="SELL", price="11.00"),
        "stop_loss": stop(exchange, cl_ord_id="loss", side="SELL", stop_px="9.50"),
    }
    placed = exchange.trader.post("orders/bracket/", body)
    assert placed.status_code == 201
    assert [order["cl_ord_id"] for order in placed.json()] == ["entry", "profit", "loss"]
    assert [order["contingency_type"] for order in placed.json()] == [
        None, "ONE_TRIGGERS_THE_OTHER", "ONE_TRIGGERS_THE_OTHER",
    ]  # fmt: skip
    again = exchange.trader.post("orders/bracket/", body)
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert again.json() == placed.json()


def test_a_faulty_leg_is_named_by_its_place_and_nothing_is_recorded(exchange, nothing_recorded):
    body = {"first": stop(exchange, cl_ord_id="one"), "second": exchange.ticket(cl_ord_id="two", price=10)}
    with nothing_recorded():
        problem = assert_problem(exchange.trader.post("orders/one-cancels-other/", body), 400, "not_a_decimal_string")
    assert problem["errors"][0]["pointer"] == "/second/price"


def test_a_pair_is_taken_on_together(exchange):
    body = {"first": stop(exchange, cl_ord_id="one"), "second": exchange.ticket(cl_ord_id="two")}
    placed = exchange.trader.post("orders/one-cancels-other/", body)
    assert placed.status_code == 201
    first, second = placed.json()
    assert (second["linked_order_id"], second["contingency_type"]) == (first["order_id"], "ONE_CANCELS_THE_OTHER")


def test_everything_of_an_account_is_canceled_by_one_request(exchange):
    for number in range(3):
        exchange.trader.post("orders/", exchange.ticket(cl_ord_id=f"my-{number}"))
    exchange.drain()
    response = exchange.trader.send("DELETE", f"orders/?account={exchange.account}&side=BUY")
    assert (response.status_code, response.json()) == (202, {"orders": 3})
    exchange.drain()
    assert exchange.trader.get("orders/?open=true").json() == []


def test_a_call_is_opened_and_its_indicative_price_is_shown(exchange):
    changed = exchange.operator.post("instruments/ACME/phase/", {"phase": "OPENING_AUCTION", "reason": "morning"})
    assert changed.status_code == 202
    exchange.trader.post("orders/", exchange.ticket())
    exchange.place.house_places("SELL", 40, "10.00")
    exchange.drain()
    ticker = exchange.anonymous.get("instruments/ACME/ticker/").json()
    assert (ticker["phase"], ticker["phase_reason"]) == ("OPENING_AUCTION", "morning")
    assert (ticker["indicative_px"], ticker["indicative_qty"], ticker["imbalance_qty"]) == ("10.05", "40", "60")
    assert exchange.operator.post("instruments/ACME/uncross/").status_code == 202
    exchange.drain()
    (trade,) = exchange.anonymous.get("instruments/ACME/trades/").json()
    assert (trade["price"], trade["aggressor_side"]) == ("10.05", None)


def test_an_operator_who_prefers_to_wait_hears_of_the_new_phase(committed_exchange):
    with committed_exchange.matching():
        response = committed_exchange.operator.post("instruments/ACME/phase/", {"phase": "PRE_OPEN"}, prefer="wait=5")
    assert response.json()["phase"] == "PRE_OPEN"


def test_bands_are_set_and_shown(exchange):
    response = exchange.operator.post(
        "instruments/ACME/bands/", {"static_band_bps": 1000, "dynamic_band_bps": 200, "volatility_auction_s": 60}
    )
    shown = response.json()
    assert (shown["static_band_bps"], shown["dynamic_band_bps"], shown["volatility_auction_s"]) == (1000, 200, 60)


def test_reference_price_and_allocation_are_set_and_shown(exchange):
    shown = exchange.operator.post("instruments/ACME/reference/", {"price": "10.50"}).json()
    assert shown["reference_price"] == "10.50"
    shown = exchange.operator.post("instruments/ACME/allocation/", {"allocation": "PRO_RATA"}).json()
    assert shown["allocation"] == "PRO_RATA"


def test_a_reference_price_off_the_tick_or_outside_the_limits_names_its_field(exchange):
    for price in ("10.505", "1000000"):
        response = exchange.operator.post("instruments/ACME/reference/", {"price": price})
        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == ["/price"]
