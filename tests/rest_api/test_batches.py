"""Orders and cancels that are sent together and stand each for itself."""

import pytest

from tests.rest_api.conftest import assert_problem
from vocabulary import limits


def test_each_order_of_a_batch_is_answered_in_its_place_as_it_would_be_alone(exchange):
    sent = [
        exchange.ticket(cl_ord_id="one"),
        exchange.ticket(cl_ord_id="two", price="10.005"),
        exchange.ticket(cl_ord_id="three", symbol="NOPE"),
        exchange.ticket(cl_ord_id="one"),
        exchange.ticket(cl_ord_id="four"),
    ]
    answer = exchange.trader.post("orders/batch/", {"orders": sent})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["status"] for result in results] == [201, 422, 400, 200, 201]
    assert [result["replayed"] for result in results] == [False, False, False, True, False]
    assert [result["order"] and result["order"]["cl_ord_id"] for result in results] == [
        "one", "two", None, "one", "four",
    ]  # fmt: skip
    assert [result["problem"] and result["problem"]["code"] for result in results] == [
        None, "invalid_price_increment", "unknown_symbol", None, None,
    ]  # fmt: skip
    assert [fault["pointer"] for fault in results[2]["problem"]["errors"]] == ["/orders/2/symbol"]
    alone = exchange.trader.get(f"orders/{results[0]['order']['order_id']}/").json()
    assert alone == results[0]["order"]


def test_a_batch_sent_again_is_answered_as_before_and_places_nothing(exchange, nothing_recorded):
    body = {"orders": [exchange.ticket(cl_ord_id="one"), exchange.ticket(cl_ord_id="two", price="10.005")]}
    first = exchange.trader.post("orders/batch/", body).json()["results"]
    with nothing_recorded():
        again = exchange.trader.post("orders/batch/", body).json()["results"]
    assert [result["status"] for result in again] == [200, 422]
    assert [result["replayed"] for result in again] == [True, True]
    assert [result["order"] for result in again] == [result["order"] for result in first]


def test_a_batch_of_which_one_cannot_be_read_is_refused_as_a_whole_and_names_it(exchange, nothing_recorded):
    with nothing_recorded():
        body = {"orders": [exchange.ticket(cl_ord_id="one"), exchange.ticket(cl_ord_id="two", order_qty=5)]}
        problem = assert_problem(exchange.trader.post("orders/batch/", body), 400, "not_a_decimal_string")
        assert [fault["pointer"] for fault in problem["errors"]] == ["/orders/1/order_qty"]


def test_a_batch_holds_between_one_order_and_a_hundred(exchange, nothing_recorded):
    many = [exchange.ticket(cl_ord_id=f"n-{number}") for number in range(limits.REST_BATCH_MAX + 1)]
    with nothing_recorded():
        for orders in ([], many, "all", None):
            response = exchange.trader.post("orders/batch/", {"orders": orders})
            assert response.status_code == 400
            assert response.json()["errors"][0]["pointer"] == "/orders"
    assert exchange.trader.post("orders/batch/", {"orders": many[:-1]}).status_code == 200


def test_of_a_batch_that_finds_no_room_the_first_are_taken_on_and_the_rest_told_to_come_again(exchange, settings):
    exchange.place.list("ROOM")
    settings.INBOX_DEPTH_MAX = 2
    sent = [exchange.ticket(cl_ord_id=f"m-{number}", symbol="ROOM") for number in range(4)]
    results = exchange.trader.post("orders/batch/", {"orders": sent}).json()["results"]
    assert [result["status"] for result in results] == [201, 201, 429, 429]
    again = exchange.trader.post("orders/batch/", {"orders": sent[2:]})
    assert_problem(again, 429, "inbox_full")
    assert again["Retry-After"] == "1"


def placed(exchange, *cl_ord_ids: str) -> list[str]:
    """The ids of open orders of the trader's that were placed with these ids."""
    body = {"orders": [exchange.ticket(cl_ord_id=cl_ord_id) for cl_ord_id in cl_ord_ids]}
    results = exchange.trader.post("orders/batch/", body).json()["results"]
    exchange.drain()
    return [result["order"]["order_id"] for result in results]


def test_each_cancel_of_a_batch_is_answered_in_its_place_as_it_would_be_alone(exchange):
    one, _, closed = placed(exchange, "one", "two", "closed")
    exchange.trader.delete(f"orders/{closed}/")
    exchange.drain()
    somebody_elses = str(exchange.place.house_places("SELL", 1, "10.50").order.order_id)
    named = [
        {"order_id": one},
        {"account": exchange.account, "cl_ord_id": "two"},
        {"account": exchange.account, "cl_ord_id": "never-used"},
        {"order_id": closed},
        {"order_id": somebody_elses},
        {"account": exchange.place.house_account, "cl_ord_id": "two"},
    ]
    answer = exchange.trader.post("orders/batch/cancel/", {"orders": named})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["status"] for result in results] == [202, 202, 404, 422, 404, 404]
    assert [result["order"] and result["order"]["cl_ord_id"] for result in results] == ["one", "two", *[None] * 4]
    assert [result["problem"] and result["problem"]["code"] for result in results] == [
        None, None, "not_found", "too_late_to_cancel", "not_found", "not_found",
    ]  # fmt: skip
    exchange.drain()
    states = {order["cl_ord_id"]: order["ord_status"] for order in exchange.trader.get("orders/").json()}
    assert states == {"one": "CANCELED", "two": "CANCELED", "closed": "CANCELED"}
    assert exchange.other.get(f"orders/{somebody_elses}/").json()["ord_status"] == "NEW"


def test_a_batch_of_cancels_of_which_none_is_ones_own_changes_nothing(exchange, nothing_recorded):
    with nothing_recorded():
        named = [{"account": exchange.account, "cl_ord_id": "never-used"}]
        (result,) = exchange.trader.post("orders/batch/cancel/", {"orders": named}).json()["results"]
        assert (result["status"], result["problem"]["detail"]) == (404, "You have no order with this cl_ord_id.")


@pytest.mark.parametrize(
    ("name", "code", "pointer"),
    [
        ({}, "required", "/orders/1/order_id"),
        ({"account": "A-1"}, "required", "/orders/1/cl_ord_id"),
        ({"cl_ord_id": "one"}, "required", "/orders/1/account"),
        ({"order_id": "1", "cl_ord_id": "one"}, "contradictory", "/orders/1/cl_ord_id"),
        ({"order_id": 1}, "not_a_string", "/orders/1/order_id"),
        ({"order_id": "9" * 19}, "malformed", "/orders/1/order_id"),
        ({"order_id": "1", "symbol": "ACME"}, "unknown_field", "/orders/1/symbol"),
    ],
)
def test_a_batch_of_cancels_of_which_one_has_no_whole_name_is_refused_as_a_whole(
    exchange, nothing_recorded, name, code, pointer
):
    (order_id,) = placed(exchange, "one")
    with nothing_recorded():
        answer = exchange.trader.post("orders/batch/cancel/", {"orders": [{"order_id": order_id}, name]})
        assert [fault["pointer"] for fault in assert_problem(answer, 400, code)["errors"]] == [pointer]


def test_a_batch_holds_between_one_cancel_and_a_hundred(exchange, nothing_recorded):
    many = [{"order_id": str(number)} for number in range(limits.REST_BATCH_MAX + 1)]
    with nothing_recorded():
        for orders in ([], many):
            answer = exchange.trader.post("orders/batch/cancel/", {"orders": orders})
            assert answer.json()["errors"][0]["pointer"] == "/orders"
        assert exchange.trader.post("orders/batch/cancel/", {"orders": many[:-1]}).status_code == 200


def test_cancels_of_a_batch_are_taken_where_orders_find_no_room(exchange, settings):
    ids = placed(exchange, "one", "two")
    settings.INBOX_DEPTH_MAX = 0
    assert_problem(exchange.trader.post("orders/", exchange.ticket(cl_ord_id="three")), 429, "inbox_full")
    named = {"orders": [{"order_id": order_id} for order_id in ids]}
    results = exchange.trader.post("orders/batch/cancel/", named).json()["results"]
    assert [result["status"] for result in results] == [202, 202]
