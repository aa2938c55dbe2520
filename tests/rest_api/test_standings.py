"""Limits, kill switch and equity at this door: operators decide, owners read."""

from market.services import equity
from tests.rest_api.conftest import assert_problem


def limits_of(exchange, who):
    return getattr(exchange, who).get(f"accounts/{exchange.account}/limits/").json()


def test_an_operator_changes_limits_one_by_one_and_takes_them_back(exchange):
    path = f"accounts/{exchange.account}/limits/"
    changed = exchange.operator.patch(path, {"order_value_max": "500", "open_orders_max": 3}).json()
    assert (changed["limits"]["order_value_max"], changed["own_limits"]["open_orders_max"]) == ("500", 3)
    assert_problem(exchange.trader.post("orders/", exchange.ticket()), 422, "order_value_limit")
    exchange.operator.patch(path, {"order_value_max": None})
    assert limits_of(exchange, "trader")["own_limits"]["order_value_max"] is None
    assert exchange.trader.post("orders/", exchange.ticket(cl_ord_id="my-2")).status_code == 201


def test_a_limit_that_has_no_meaning_is_refused_by_its_field(exchange, nothing_recorded):
    path = f"accounts/{exchange.account}/limits/"
    for body, field in (
        ({"order_value_max": "-1"}, "/order_value_max"),
        ({"order_max": "1"}, "/order_max"),
        ({"open_orders_max": "3"}, "/open_orders_max"),
        ({"leverage_max": "1e3"}, "/leverage_max"),
    ):
        with nothing_recorded():
            response = exchange.operator.patch(path, body)
        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == [field]


def test_a_killed_account_reads_why_and_may_still_cancel(exchange):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    exchange.drain()
    exchange.operator.post(f"accounts/{exchange.account}/kill/", {"reason": "runaway program"})
    assert limits_of(exchange, "trader")["kill_reason"] == "runaway program"
    refused = exchange.trader.post("orders/", exchange.ticket(cl_ord_id="my-2"))
    assert "runaway program" in assert_problem(refused, 422, "account_killed")["detail"]
    assert exchange.trader.delete(f"orders/{order_id}/").status_code == 202
    [event] = exchange.trader.get(f"accounts/{exchange.account}/events/").json()
    assert (event["kind"], event["detail"]) == ("KILLED", {"reason": "runaway program"})
    exchange.operator.post(f"accounts/{exchange.account}/unkill/")
    assert exchange.trader.post("orders/", exchange.ticket(cl_ord_id="my-3")).status_code == 201


def test_what_comes_too_fast_is_told_when_to_come_again(exchange, nothing_recorded):
    exchange.operator.patch(f"accounts/{exchange.account}/limits/", {"messages_per_s_max": 0})
    with nothing_recorded():
        response = exchange.trader.post("orders/", exchange.ticket())
        batch = exchange.trader.post("orders/batch/", {"orders": [exchange.ticket()]})
    for refused in (response, batch):
        assert_problem(refused, 429, "throttled")
        assert refused["Retry-After"] == "1"


def test_accounts_show_what_they_are_worth(exchange):
    [shown] = exchange.trader.get("equity/").json()
    assert (shown["account"], shown["equity"], shown["leverage"]) == (exchange.account, "100000.00000000", "0.0000")


def test_a_curve_shows_what_an_account_was_worth_at_its_last_change(exchange):
    equity.sample()
    [sample] = exchange.trader.get(f"accounts/{exchange.account}/equity-curve/?interval=1d").json()
    assert (sample["cash"], sample["equity"], sample["maintenance_margin"]) == (
        "100000.00000000", "100000.00000000", "0.00000000",
    )  # fmt: skip
    path = f"accounts/{exchange.account}/equity-curve/?before={sample['sampled_at']}"
    assert exchange.trader.get(path).json() == []
    assert exchange.trader.get(path.replace("before", "since")).json() == [sample]


def test_a_curve_by_no_known_interval_is_refused_by_the_fields_name(exchange):
    refused = exchange.trader.get(f"accounts/{exchange.account}/equity-curve/?interval=2h")
    [error] = assert_problem(refused, 400, "unknown_word")["errors"]
    assert (error["parameter"], "1h" in error["detail"]) == ("interval", True)
