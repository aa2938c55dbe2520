"""Placing, replacing and canceling orders over REST: which answer stands for which outcome."""

import threading

import pytest

from rest_api import preferences
from tests.rest_api.conftest import Exchange, assert_problem


def test_an_accepted_order_is_201_with_its_address(exchange):
    response = exchange.trader.post("orders/", exchange.ticket())
    assert response.status_code == 201
    order = response.json()
    assert response["Location"] == f"/api/v1/orders/{order['order_id']}/"
    assert exchange.trader.get(response["Location"].removeprefix("/api/v1/")).json() == order
    assert {name: order[name] for name in exchange.ticket()} == exchange.ticket()
    assert order["ord_status"] == "PENDING_NEW"
    assert (order["cum_qty"], order["leaves_qty"], order["avg_px"]) == ("0", "100", None)
    assert (order["reject_reason"], order["text"]) == (None, "")
    assert order["created_at"].endswith("Z")


def test_the_same_order_again_is_200_and_is_placed_once(exchange):
    first = exchange.trader.post("orders/", exchange.ticket())
    again = exchange.trader.post("orders/", exchange.ticket(price="10.050"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(exchange.trader.get("orders/").json()) == 1


def test_the_same_id_with_other_content_is_rejected(exchange):
    exchange.trader.post("orders/", exchange.ticket())
    response = exchange.trader.post("orders/", exchange.ticket(price="10.06"))
    problem = assert_problem(response, 422, "cl_ord_id_reused")
    assert problem["order"] is None


REJECTS = {
    "off tick": ({"price": "10.055"}, "invalid_price_increment"),
    "price of zero": ({"price": "0"}, "invalid_price_increment"),
    "negative price": ({"price": "-10.05"}, "invalid_price_increment"),
    "a price just off its tick in the last of forty digits": (
        {"price": "10.05000000000000000000000000000000000001"},
        "invalid_price_increment",
    ),
    "outside the band": ({"price": "15.01"}, "price_exceeds_band"),
    "price of 10^30": ({"price": "1" + "0" * 30}, "price_exceeds_band"),
    "quantity of zero": ({"order_qty": "0"}, "incorrect_quantity"),
    "negative quantity": ({"order_qty": "-1"}, "incorrect_quantity"),
    "half a lot": ({"order_qty": "0.5"}, "incorrect_quantity"),
    "quantity of 10^30": ({"order_qty": "1" + "0" * 30}, "order_exceeds_limit"),
    "more than the account can pay": ({"order_qty": "100000"}, "insufficient_buying_power"),
    "more than the account holds": ({"side": "SELL"}, "insufficient_position"),
}


@pytest.mark.parametrize("cause", REJECTS)
def test_a_business_reject_is_422_and_the_same_for_ever(exchange, cause):
    changes, code = REJECTS[cause]
    first = exchange.trader.post("orders/", exchange.ticket(**changes))
    problem = assert_problem(first, 422, code)
    assert problem["order"]["ord_status"] == "REJECTED"
    assert problem["order"]["reject_reason"] == code
    again = exchange.trader.post("orders/", exchange.ticket(**changes))
    assert again["Idempotent-Replayed"] == "true"
    assert assert_problem(again, 422, code)["order"] == problem["order"]


def test_an_order_in_a_halt_is_rejected_and_its_cancel_is_taken(exchange):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    exchange.drain()
    assert exchange.operator.post("instruments/ACME/halt/", {"reason": "news pending"}).status_code == 200
    response = exchange.trader.post("orders/", exchange.ticket(cl_ord_id="my-2"))
    assert "news pending" in assert_problem(response, 422, "instrument_halted")["detail"]
    assert exchange.trader.delete(f"orders/{order_id}/").status_code == 202


def test_two_orders_trade_and_tell_both_sides(exchange):
    offer = exchange.ticket(account="HOUSE", cl_ord_id="o-1", side="SELL", order_qty="60")
    exchange.other.post("orders/", offer)
    order_id = exchange.trader.post("orders/", exchange.ticket(price="10.06")).json()["order_id"]
    exchange.drain()
    order = exchange.trader.get(f"orders/{order_id}/").json()
    assert (order["ord_status"], order["cum_qty"], order["leaves_qty"]) == ("PARTIALLY_FILLED", "60", "40")
    assert order["avg_px"] == "10.05"
    reports = exchange.trader.get(f"orders/{order_id}/executions/").json()
    assert [report["exec_type"] for report in reports] == ["NEW", "TRADE"]
    assert (reports[1]["last_px"], reports[1]["last_qty"], reports[1]["liquidity_side"]) == ("10.05", "60", "TAKER")
    [fill] = exchange.other.get("fills/").json()
    assert (fill["side"], fill["last_qty"], fill["liquidity_side"]) == ("SELL", "60", "MAKER")
    [position] = exchange.trader.get(f"positions/?account={exchange.account}").json()
    assert position["quantity"] == "60"


def test_a_cancel_is_202_and_a_second_one_comes_too_late(exchange):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    exchange.drain()
    assert exchange.trader.delete(f"orders/{order_id}/").status_code == 202
    exchange.drain()
    assert exchange.trader.get(f"orders/{order_id}/").json()["ord_status"] == "CANCELED"
    assert_problem(exchange.trader.delete(f"orders/{order_id}/"), 422, "too_late_to_cancel")


def test_a_replacement_is_202_and_the_same_again_200(exchange):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    exchange.drain()
    change = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.06"}
    first = exchange.trader.patch(f"orders/{order_id}/", change)
    again = exchange.trader.patch(f"orders/{order_id}/", change)
    assert (first.status_code, again.status_code) == (202, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert_problem(exchange.trader.patch(f"orders/{order_id}/", {**change, "price": "10.07"}), 422, "cl_ord_id_reused")
    exchange.drain()
    order = exchange.trader.get(f"orders/{order_id}/").json()
    assert (order["order_qty"], order["price"]) == ("80", "10.06")


def test_orders_are_found_by_each_filter(exchange):
    placed = [exchange.trader.post("orders/", exchange.ticket(cl_ord_id=f"my-{number}")).json() for number in (1, 2, 3)]
    exchange.drain()
    exchange.trader.delete(f"orders/{placed[0]['order_id']}/")
    exchange.drain()

    def found(query: str) -> list[str]:
        return [order["cl_ord_id"] for order in exchange.trader.get(f"orders/{query}").json()]

    assert found("") == ["my-3", "my-2", "my-1"]
    assert found("?open=true") == ["my-3", "my-2"]
    assert found("?open=false&symbol=ACME") == ["my-1"]
    assert found(f"?account={exchange.account}&count=1") == ["my-3"]
    assert found(f"?before={placed[2]['order_id']}&count=1") == ["my-2"]
    assert found(f"?account={exchange.account}&cl_ord_id=my-2") == ["my-2"]
    assert found(f"?account={exchange.account}&cl_ord_id=my-9") == []
    assert found("?account=HOUSE") == []


def test_who_prefers_to_wait_sees_the_order_in_the_book(committed_exchange):
    with committed_exchange.matching():
        response = committed_exchange.trader.post("orders/", committed_exchange.ticket(), Prefer="wait=4.5")
    assert response.status_code == 201
    assert response["Preference-Applied"] == "wait=4.5"
    assert response.json()["ord_status"] == "NEW"


def test_who_prefers_to_wait_for_a_cancel_sees_the_order_canceled(committed_exchange):
    order_id = committed_exchange.trader.post("orders/", committed_exchange.ticket()).json()["order_id"]
    with committed_exchange.matching():
        response = committed_exchange.trader.delete(f"orders/{order_id}/", Prefer="wait=5")
    assert response["Preference-Applied"] == "wait=5"
    assert response.json()["ord_status"] == "CANCELED"


def test_the_matchers_reject_seen_while_waiting_is_422(committed_exchange):
    exchange: Exchange = committed_exchange
    exchange.trader.post("orders/", exchange.ticket())
    exchange.operator.post("instruments/ACME/halt/", {"reason": "news pending"})
    with exchange.matching():
        response = exchange.trader.post("orders/", exchange.ticket(), Prefer="wait=5")
    problem = assert_problem(response, 422, "instrument_halted")
    assert problem["order"]["ord_status"] == "REJECTED"


def test_a_wait_is_cut_to_its_limit_and_ends_with_the_order_as_it_is(exchange):
    response = exchange.trader.post("orders/", exchange.ticket(), Prefer="respond-async, wait=0.05")
    assert response.status_code == 201
    assert response["Preference-Applied"] == "wait=0.05"
    assert response.json()["ord_status"] == "PENDING_NEW"


@pytest.mark.parametrize("preference", ["wait=soon", "wait=-1", "wait=NaN", "wait=0", "await=3", "wait"])
def test_a_preference_that_makes_no_sense_is_passed_over(exchange, preference):
    response = exchange.trader.post("orders/", exchange.ticket(), Prefer=preference)
    assert response.status_code == 201
    assert "Preference-Applied" not in response


def test_when_too_many_wait_already_the_answer_comes_at_once(exchange, monkeypatch):
    taken = threading.BoundedSemaphore(1)
    assert taken.acquire()
    monkeypatch.setattr(preferences, "_waiting_places", taken)
    response = exchange.trader.post("orders/", exchange.ticket(), Prefer="wait=5")
    assert response.status_code == 201
    assert "Preference-Applied" not in response


def test_no_preference_makes_an_answer_wait_longer_than_the_limit(rf):
    assert preferences.wait_asked_s(rf.get("/", headers={"Prefer": "wait=3600"})) == 5


def test_a_halt_takes_effect_at_once(exchange):
    response = exchange.operator.post("instruments/ACME/halt/", {"reason": "news pending"})
    assert (response.json()["phase"], response.json()["phase_reason"]) == ("HALTED", "news pending")
    assert exchange.operator.post("instruments/ACME/resume/").json()["phase"] == "CONTINUOUS"
