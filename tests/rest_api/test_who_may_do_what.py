"""Who may do what over REST: every address and method against every kind of caller."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from access.models import ApiKey, User
from rest_api.urls import urlpatterns
from rest_api.views.base import ApiView
from tests.rest_api.conftest import assert_problem

NEW_INSTRUMENT = {
    "symbol": "NEW",
    "name": "New Corporation",
    "kind": "SHARE",
    "currency": "USD",
    "tick_size": "0.01",
    "lot_size": "1",
    "reference_price": "10.00",
}
REPLACEMENT = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.06"}

# (method, route): path, body, and the answers to nobody, another trader, the trader and an operator
BANDS = {"static_band_bps": 0, "dynamic_band_bps": 200}
FEES = {"maker_bps": "-0.25", "taker_bps": "1.5", "maker_per_lot": "0", "taker_per_lot": "0.002"}
GRID: dict[tuple[str, str], tuple[str, Any, tuple[int, int, int, int]]] = {
    ("GET", "instruments"): ("instruments/", None, (200, 200, 200, 200)),
    ("POST", "instruments"): ("instruments/", NEW_INSTRUMENT, (401, 403, 403, 201)),
    ("GET", "instrument"): ("instruments/ACME/", None, (200, 200, 200, 200)),
    ("GET", "depth"): ("instruments/ACME/depth/?levels=5", None, (200, 200, 200, 200)),
    ("GET", "trades"): ("instruments/ACME/trades/?count=5", None, (200, 200, 200, 200)),
    ("GET", "events"): ("instruments/ACME/events/?from=1", None, (400, 400, 400, 400)),
    ("GET", "ticker"): ("instruments/ACME/ticker/", None, (200, 200, 200, 200)),
    ("GET", "candles"): ("instruments/ACME/candles/?interval=1s", None, (200, 200, 200, 200)),
    ("POST", "halt"): ("instruments/ACME/halt/", {"reason": "news"}, (401, 403, 403, 200)),
    ("POST", "resume"): ("instruments/ACME/resume/", None, (401, 403, 403, 200)),
    ("POST", "phase"): ("instruments/ACME/phase/", {"phase": "PRE_OPEN"}, (401, 403, 403, 202)),
    ("POST", "uncross"): ("instruments/ACME/uncross/", None, (401, 403, 403, 422)),
    ("POST", "bands"): ("instruments/ACME/bands/", BANDS, (401, 403, 403, 202)),
    ("POST", "reference"): ("instruments/ACME/reference/", {"price": "10.00"}, (401, 403, 403, 202)),
    ("POST", "allocation"): ("instruments/ACME/allocation/", {"allocation": "PRO_RATA"}, (401, 403, 403, 202)),
    ("GET", "fees"): ("instruments/ACME/fees/", None, (200, 200, 200, 200)),
    ("PUT", "fees"): ("instruments/ACME/fees/", FEES, (401, 403, 403, 422)),
    ("GET", "schedule"): ("instruments/ACME/schedule/", None, (200, 200, 200, 200)),
    ("PUT", "schedule"): ("instruments/ACME/schedule/", {"kind": "ALWAYS_OPEN"}, (401, 403, 403, 200)),
    ("GET", "tickers"): ("tickers/", None, (200, 200, 200, 200)),
    ("GET", "orders"): ("orders/", None, (401, 200, 200, 200)),
    ("POST", "orders"): ("orders/", "ticket", (401, 400, 201, 400)),
    ("DELETE", "orders"): ("orders/?account={account}", None, (401, 404, 202, 404)),
    ("POST", "batch"): ("orders/batch/", {}, (401, 400, 400, 400)),
    ("POST", "bracket"): ("orders/bracket/", {}, (401, 400, 400, 400)),
    ("POST", "one-cancels-other"): ("orders/one-cancels-other/", {}, (401, 400, 400, 400)),
    ("GET", "order"): ("orders/{order_id}/", None, (401, 404, 200, 404)),
    ("PATCH", "order"): ("orders/{order_id}/", REPLACEMENT, (401, 404, 202, 404)),
    ("DELETE", "order"): ("orders/{order_id}/", None, (401, 404, 202, 404)),
    ("GET", "executions"): ("orders/{order_id}/executions/", None, (401, 404, 200, 404)),
    ("POST", "cancel-all-after"): ("cancel-all-after/", "switch", (401, 404, 200, 404)),
    ("GET", "accounts"): ("accounts/", None, (401, 200, 200, 200)),
    ("GET", "positions"): ("positions/", None, (401, 200, 200, 200)),
    ("GET", "fills"): ("fills/", None, (401, 200, 200, 200)),
}
METHODS = ("get", "post", "put", "patch", "delete")


def routes() -> dict[tuple[str, str], URLPattern]:
    """Every method of every view of this door."""
    return {
        (method.upper(), str(route.name)): route
        for route in urlpatterns
        for method in METHODS
        if issubclass(view_class := getattr(route.callback, "view_class", object), ApiView)
        and hasattr(view_class, method)
    }


def test_every_route_has_its_row_in_the_grid():
    assert set(GRID) == set(routes())


@pytest.mark.parametrize("key", GRID, ids=" ".join)
def test_each_caller_gets_the_answer_that_is_theirs(exchange, key):
    path, body, expected = GRID[key]
    ticket = exchange.ticket()
    order_id, account = exchange.trader.post("orders/", ticket).json()["order_id"], ticket["account"]
    exchange.drain()
    body = exchange.ticket(cl_ord_id="my-3") if body == "ticket" else body
    body = {"account": account, "timeout_s": 60} if body == "switch" else body
    callers = (exchange.anonymous, exchange.other, exchange.trader, exchange.operator)
    answers = tuple(
        caller.send(key[0], path.format(order_id=order_id, account=account), body).status_code for caller in callers
    )
    assert answers == expected


@pytest.mark.parametrize("key", [key for key, row in GRID.items() if row[2][0] == 401], ids=" ".join)
def test_without_a_key_nothing_happens_and_the_answer_says_how_to_come_in(exchange, nothing_recorded, key):
    path, body, _ = GRID[key]
    with nothing_recorded():
        response = exchange.anonymous.send(
            key[0], path.format(order_id=1, account="A"), body if isinstance(body, dict) else None
        )
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer nobodys", "Bearer ", "Basic dTpw", "Bearer a b", "Bearer \x00", "Token x"])
def test_a_key_that_is_nobodys_is_refused(exchange, header):
    response = Client().get("/api/v1/orders/", headers={"Authorization": header})
    assert_problem(response, 401, "invalid_key")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_refused_at_once(exchange):
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert_problem(exchange.trader.get("orders/"), 401, "invalid_key")


def test_a_signed_in_browser_is_nobody_here(exchange, nothing_recorded):
    browser = Client()
    browser.force_login(User.objects.get(username="tim"), backend="django.contrib.auth.backends.ModelBackend")
    with nothing_recorded():
        response = browser.post("/api/v1/orders/", exchange.ticket(), content_type="application/json")
    assert_problem(response, 401, "not_authenticated")


ABSENT = ["999999999", "0", "-1", "abc", "1e3", "%00", "9223372036854775808", "9" * 30, "..%2Fadmin", "%EF%BC%91"]


@pytest.mark.parametrize("order_id", ABSENT)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_somebody_elses_order_and_an_absent_one_are_told_apart_by_nobody(exchange, nothing_recorded, method, order_id):
    foreign_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    body = REPLACEMENT if method == "PATCH" else None
    with nothing_recorded():
        foreign = exchange.other.send(method, f"orders/{foreign_id}/", body)
        absent = exchange.other.send(method, f"orders/{order_id}/", body)
    answers = [assert_problem(response, 404, "not_found") for response in (foreign, absent)]
    if "%2F" not in order_id:
        for answer in answers:
            del answer["instance"], answer["correlation_id"]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("symbol", ["NOPE", "acme", "%00", "A" * 17, "ACME%20", "%E2%80%8F", ".."])
@pytest.mark.parametrize("part", ["", "depth/", "trades/", "ticker/", "candles/"])
def test_an_unknown_symbol_is_not_found(exchange, symbol, part):
    assert_problem(exchange.anonymous.get(f"instruments/{symbol}/{part}"), 404, "unknown_symbol")


def test_a_way_out_of_a_symbol_leads_nowhere(exchange):
    assert_problem(exchange.anonymous.get("instruments/ACME%2F../depth/"), 404, "not_found")


@pytest.mark.parametrize("act", ["halt", "resume"])
def test_an_operator_cannot_halt_what_does_not_exist(exchange, act):
    assert_problem(exchange.operator.post(f"instruments/NOPE/{act}/", {"reason": "news"}), 404, "unknown_symbol")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "two\nlines", "nul\x00", "mark\u200f"])
def test_a_halt_needs_a_reason_that_people_can_read(exchange, reason):
    response = exchange.operator.post("instruments/ACME/halt/", {"reason": reason})
    assert response.status_code == 400
    assert exchange.anonymous.get("instruments/ACME/").json()["phase"] == "CONTINUOUS"


INSTRUMENT_FAULTS = {
    "taken symbol": {"symbol": "ACME"},
    "unknown kind": {"kind": "BOND"},
    "tick of zero": {"tick_size": "0"},
    "tick of forty digits": {"tick_size": "0." + "1" * 39},
    "reference price off tick": {"reference_price": "10.005"},
    "reference price of 10^30": {"reference_price": "1" + "0" * 30},
    "reference price as large as ticks go": {"tick_size": "1000000", "reference_price": "2147483647000000"},
    "reference price that no column holds": {
        "tick_size": "1000000",
        "reference_price": "2147480000000000",
        "band_percent": "0.00001",
    },
    "no band": {"band_percent": "0"},
    "unknown field": {"phase": "HALTED"},
    "control character in the name": {"name": "New\x07"},
}


@pytest.mark.parametrize("fault", INSTRUMENT_FAULTS)
def test_an_instrument_that_makes_no_sense_is_not_listed(exchange, nothing_recorded, fault):
    with nothing_recorded():
        response = exchange.operator.post("instruments/", NEW_INSTRUMENT | INSTRUMENT_FAULTS[fault])
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_a_listed_instrument_has_its_address(exchange):
    response = exchange.operator.post("instruments/", NEW_INSTRUMENT)
    assert response["Location"] == "/api/v1/instruments/NEW/"
    assert exchange.anonymous.get("instruments/NEW/").json() == response.json()
