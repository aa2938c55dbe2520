"""Who may do what over REST: every address and method against every kind of caller."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from access.models import ApiKey, AuditEntry, User
from access.records import KeyTerms
from access.services import api_keys
from market.models import JournalCommand, SessionLease
from rest_api.urls import urlpatterns
from rest_api.views.base import ApiView
from tests.rest_api.conftest import Caller, Exchange, assert_problem
from vocabulary.roles import KeyScope

NEW_INSTRUMENT = {
    "symbol": "NEW",
    "name": "New Corporation",
    "kind": "SHARE",
    "currency": "USD",
    "tick_size": "0.01",
    "lot_size": "1",
    "reference_price": "10.00",
}
NEXT_MONTH = (datetime.now(UTC) + timedelta(days=30)).isoformat()
NEW_OPTION = {"put_or_call": "CALL", "strike_price": "10.00", "expires_at": NEXT_MONTH}
NEW_CHAIN = {"strike_prices": ["10.00", "11.00"], "expires_at": NEXT_MONTH}
REPLACEMENT = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.06"}

# (method, route): path, body, and the answers to each of CALLERS
BANDS = {"static_band_bps": 0, "dynamic_band_bps": 200}
FEES = {"maker_bps": "-0.25", "taker_bps": "1.5", "maker_per_lot": "0", "taker_per_lot": "0.002"}
ADMIN_KEY = {"name": "bot", "scopes": ["READ", "ADMIN"]}
CALLERS = ("nobody", "other", "trader", "reader", "operator", "operator_who_trades", "staff")
Answers = tuple[int, int, int, int, int, int, int]


def everybody(answer: int = 200) -> Answers:
    """Everybody, known or not, gets the same answer."""
    return (answer,) * 7


def known(answer: int = 200) -> Answers:
    """Whoever has a key gets the answer, each of their own."""
    return (401, *(answer,) * 6)


def owner(answer: int, *, reads: bool = False, others: int = 404) -> Answers:
    """The trader alone; their key that may only read as well if that is all it takes."""
    return (401, others, answer, answer if reads else 403, others, others, others)


def operators(answer: int) -> Answers:
    """Operators and staff, unless their key lacks the scope for it."""
    return (401, 403, 403, 403, answer, 403, answer)


def staff(answer: int) -> Answers:
    """Staff alone."""
    return (401, 403, 403, 403, 403, 403, answer)


def owner_and_operators(answer: int) -> Answers:
    """The trader, by whichever key, and who operates the exchange."""
    return (401, 404, answer, answer, answer, 404, answer)


GRID: dict[tuple[str, str], tuple[str, Any, Answers]] = {
    ("GET", "instruments"): ("instruments/", None, everybody()),
    ("POST", "instruments"): ("instruments/", NEW_INSTRUMENT, operators(201)),
    ("GET", "instrument"): ("instruments/ACME/", None, everybody()),
    ("GET", "depth"): ("instruments/ACME/depth/?levels=5", None, everybody()),
    ("GET", "full-depth"): ("instruments/ACME/depth/orders/?count=5", None, everybody()),
    ("GET", "trades"): ("instruments/ACME/trades/?count=5", None, everybody()),
    ("GET", "events"): ("instruments/ACME/events/?from=1", None, everybody(400)),
    ("GET", "ticker"): ("instruments/ACME/ticker/", None, everybody()),
    ("GET", "candles"): ("instruments/ACME/candles/?interval=1s", None, everybody()),
    ("POST", "halt"): ("instruments/ACME/halt/", {"reason": "news"}, operators(200)),
    ("POST", "resume"): ("instruments/ACME/resume/", None, operators(200)),
    ("POST", "phase"): ("instruments/ACME/phase/", {"phase": "PRE_OPEN"}, operators(202)),
    ("POST", "uncross"): ("instruments/ACME/uncross/", None, operators(422)),
    ("POST", "bands"): ("instruments/ACME/bands/", BANDS, operators(202)),
    ("POST", "reference"): ("instruments/ACME/reference/", {"price": "10.00"}, operators(202)),
    ("POST", "allocation"): ("instruments/ACME/allocation/", {"allocation": "PRO_RATA"}, operators(202)),
    ("GET", "options"): ("instruments/ACME/options/", None, everybody()),
    ("POST", "options"): ("instruments/ACME/options/", NEW_OPTION, operators(201)),
    ("POST", "option-chain"): ("instruments/ACME/options/chain/", NEW_CHAIN, operators(201)),
    ("GET", "fees"): ("instruments/ACME/fees/", None, everybody()),
    ("PUT", "fees"): ("instruments/ACME/fees/", FEES, operators(422)),
    ("GET", "margin"): ("instruments/ACME/margin/", None, everybody()),
    ("PUT", "margin"): (
        "instruments/ACME/margin/",
        {"initial_margin_bps": 2_000, "maintenance_margin_bps": 1_000},
        operators(200),
    ),
    ("GET", "schedule"): ("instruments/ACME/schedule/", None, everybody()),
    ("PUT", "schedule"): ("instruments/ACME/schedule/", {"kind": "ALWAYS_OPEN"}, operators(200)),
    ("GET", "status"): ("status/", None, everybody()),
    ("POST", "halt-all"): ("halt/", {"reason": "news"}, operators(200)),
    ("POST", "resume-all"): ("resume/", None, operators(200)),
    ("GET", "tickers"): ("tickers/", None, everybody()),
    ("GET", "orders"): ("orders/", None, known()),
    ("POST", "orders"): ("orders/", "ticket", owner(201, others=400)),
    ("DELETE", "orders"): ("orders/?account={account}", None, owner(202)),
    ("POST", "check"): ("orders/check/", "ticket", owner(200, others=400)),
    ("GET", "reports"): ("executions/?symbol=ACME&since=0", None, known()),
    ("POST", "batch"): ("orders/batch/", {}, known(400)),
    ("POST", "batch-cancel"): ("orders/batch/cancel/", {}, known(400)),
    ("POST", "bracket"): ("orders/bracket/", {}, known(400)),
    ("POST", "one-cancels-other"): ("orders/one-cancels-other/", {}, known(400)),
    ("GET", "order"): ("orders/{order_id}/", None, owner(200, reads=True)),
    ("PATCH", "order"): ("orders/{order_id}/", REPLACEMENT, owner(202)),
    ("DELETE", "order"): ("orders/{order_id}/", None, owner(202)),
    ("GET", "executions"): ("orders/{order_id}/executions/", None, owner(200, reads=True)),
    ("POST", "cancel-all-after"): ("cancel-all-after/", "switch", owner(200)),
    ("GET", "accounts"): ("accounts/", None, known()),
    ("GET", "ledger"): ("accounts/{account}/ledger/?count=5", None, (401, 404, 200, 200, 200, 404, 200)),
    ("GET", "movements"): ("staff/movements/", None, staff(200)),
    ("POST", "movements"): ("staff/movements/", {}, staff(400)),
    ("POST", "approve-movement"): ("staff/movements/d-1/approve/", None, staff(404)),
    ("POST", "decline-movement"): ("staff/movements/d-1/decline/", None, staff(404)),
    ("GET", "corporate-actions"): ("staff/corporate-actions/", None, staff(200)),
    ("POST", "corporate-actions"): ("staff/corporate-actions/", {}, staff(400)),
    ("POST", "approve-corporate-action"): ("staff/corporate-actions/d-1/approve/", None, staff(404)),
    ("POST", "decline-corporate-action"): ("staff/corporate-actions/d-1/decline/", None, staff(404)),
    ("PUT", "grant"): ("staff/accounts/{account}/grants/olivia/", None, staff(204)),
    ("DELETE", "grant"): ("staff/accounts/{account}/grants/olivia/", None, staff(204)),
    ("GET", "limits"): ("accounts/{account}/limits/", None, owner_and_operators(200)),
    ("PATCH", "limits"): ("accounts/{account}/limits/", {"order_value_max": "5000"}, operators(200)),
    ("POST", "kill"): ("accounts/{account}/kill/", {"reason": "runaway program"}, operators(200)),
    ("POST", "unkill"): ("accounts/{account}/unkill/", None, operators(200)),
    ("GET", "account-events"): ("accounts/{account}/events/", None, owner_and_operators(200)),
    ("GET", "equity-curve"): (
        "accounts/{account}/equity-curve/?interval=1h",
        None,
        (401, 404, 200, 200, 200, 404, 200),
    ),
    ("GET", "equity"): ("equity/", None, known()),
    ("GET", "positions"): ("positions/", None, known()),
    ("GET", "fills"): ("fills/", None, known()),
    ("GET", "classes"): ("classes/", None, known()),
    ("POST", "join-class"): ("classes/join/", {"code": "NASUCH22"}, (401, 404, 404, 403, 404, 404, 404)),
    ("GET", "class"): ("classes/NASUCH22/", None, known(404)),
    ("GET", "leaderboard"): ("classes/NASUCH22/leaderboard/", None, known(404)),
    ("GET", "class-results"): ("classes/NASUCH22/results/", None, known(404)),
    ("GET", "keys"): ("keys/", None, known()),
    ("POST", "keys"): ("keys/", ADMIN_KEY, (401, 400, 400, 403, 201, 400, 201)),
    ("DELETE", "key"): ("keys/{key_id}/", None, owner(204)),
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


@pytest.fixture
def callers(exchange: Exchange) -> dict[str, Caller]:
    """Everybody of CALLERS, who differ in who they are or in what their key may do."""
    place = exchange.place
    trading = KeyTerms(scopes=KeyScope.READ | KeyScope.TRADE)
    keys = {
        "reader": api_keys.issue(actor=place.trader, name="reader", terms=KeyTerms(scopes=KeyScope.READ)),
        "operator_who_trades": api_keys.issue(actor=place.operator, name="trades", terms=trading),
        "staff": api_keys.issue(actor=place.staff, name="staff"),
    }
    known_before = {"nobody": exchange.anonymous, "other": exchange.other, "trader": exchange.trader}
    found = {**known_before, "operator": exchange.operator}
    return found | {name: Caller(key.secret) for name, key in keys.items()}


@pytest.mark.parametrize("key", GRID, ids=" ".join)
def test_each_caller_gets_the_answer_that_is_theirs_and_changes_nothing_if_refused(exchange, callers, key):
    path, body, expected = GRID[key]
    ticket = exchange.ticket()
    order_id, account = exchange.trader.post("orders/", ticket).json()["order_id"], ticket["account"]
    exchange.drain()
    key_id = api_keys.issue(actor=exchange.place.trader, name="to revoke").key_id
    body = exchange.ticket(cl_ord_id="my-3") if body == "ticket" else body
    body = {"account": account, "timeout_s": 60} if body == "switch" else body
    address = path.format(order_id=order_id, account=account, key_id=key_id)
    answers = {name: answer_undone(exchange, callers[name], key[0], address, body) for name in CALLERS}
    assert answers == dict(zip(CALLERS, expected, strict=True))


def answer_undone(exchange: Exchange, caller: Caller, method: str, address: str, body: Any) -> int:
    """The status that the caller gets. Whatever it changes is taken back; a refusal must have changed nothing."""
    before = everything_recorded(exchange)
    savepoint = transaction.savepoint()
    status: int = caller.send(method, address, body).status_code
    if status >= 400:
        assert everything_recorded(exchange) == before
    transaction.savepoint_rollback(savepoint)
    return status


def everything_recorded(exchange: Exchange) -> tuple[int, ...]:
    """How much there is of all that a request could add to or take away from."""
    models = (AuditEntry, JournalCommand, SessionLease, ApiKey)
    counts = tuple(model.objects.count() for model in models)
    return (*exchange.recorded(), *counts, ApiKey.objects.filter(revoked_at=None).count())


@pytest.mark.parametrize("key", [key for key, row in GRID.items() if row[2][0] == 401], ids=" ".join)
def test_without_a_key_nothing_happens_and_the_answer_says_how_to_come_in(exchange, nothing_recorded, key):
    path, body, _ = GRID[key]
    with nothing_recorded():
        response = exchange.anonymous.send(
            key[0], path.format(order_id=1, account="A", key_id=1), body if isinstance(body, dict) else None
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
@pytest.mark.parametrize("part", ["", "depth/", "depth/orders/", "trades/", "ticker/", "candles/"])
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
