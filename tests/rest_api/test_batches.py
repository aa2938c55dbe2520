"""Orders that are sent together and stand each for itself."""

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
