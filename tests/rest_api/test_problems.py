"""What goes wrong anywhere at this door is a problem document that shows nothing of the inside."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from rest_framework.request import Request

from market import errors
from rest_api import problems
from rest_api.urls import urlpatterns
from tests.rest_api.conftest import Caller, assert_problem
from tests.rest_api.test_who_may_do_what import routes
from vocabulary import limits


def answer_to(exception: Exception) -> Any:
    """This door's answer to an exception in a view."""
    request = Request(RequestFactory().get("/api/v1/orders/"))
    return problems.handle_exception(exception, {"request": request})


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (errors.InProgress("Another request has this cl_ord_id."), 409, "in_progress"),
        (errors.Unavailable("The exchange is away."), 503, "unavailable"),
        (errors.OutcomeUnknown("Ask again."), 504, "outcome_unknown"),
        (errors.Throttled("Too often.", retry_after_s=0.1), 429, "throttled"),
        (OperationalError("connection to server at 10.0.0.7 failed"), 503, "unavailable"),
        (InterfaceError("connection already closed"), 503, "unavailable"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_may_succeed_later_says_when_to_ask_again(exception, status, code):
    response = answer_to(exception)
    problem = assert_problem(response, status, code)
    assert response["Retry-After"] == "1"
    assert "10.0.0.7" not in problem["detail"]


def test_what_nobody_expected_is_left_to_the_answer_for_bugs():
    assert answer_to(ZeroDivisionError("division by zero")) is None


def test_a_bug_shows_its_correlation_id_and_nothing_else():
    response = problems.server_error(RequestFactory().get("/api/v1/orders/"))
    assert_problem(response, 500, "internal_error")


def test_a_request_for_another_host_is_no_request():
    assert_problem(Caller().get("orders/", Host="elsewhere.example.org"), 400, "bad_request")


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read():
    answer = Caller().send("POST", "orders/", b"x" * (limits.BODY_BYTES_MAX + 1))
    assert_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("path", ["", "nothing/", "orders", "instruments/ACME", "orders/1/2/3/", "%00", "..%2f..%2f"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_where_there_is_nothing_is_not_found(path, method):
    assert_problem(Caller().send(method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "accounts/%00/ledger/"),
        ("GET", "accounts/%00/equity-curve/"),
        ("GET", "classes/%00/leaderboard/"),
        ("POST", "staff/movements/%00/approve/"),
        ("POST", "staff/corporate-actions/%00/decline/"),
        ("PUT", "staff/accounts/HOUSE/grants/ti%00m/"),
    ],
)
def test_a_name_in_an_address_that_nothing_can_have_is_not_found(exchange, method, path):
    staff = Caller(exchange.place.key_of(exchange.place.staff))
    assert_problem(staff.send(method, path), 404, "not_found")


def test_a_method_that_an_address_does_not_take_is_405_with_those_it_takes(exchange):
    response = exchange.trader.send("PUT", "orders/", exchange.ticket())
    assert_problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, POST, DELETE, HEAD, OPTIONS"
    assert_problem(exchange.trader.send("TRACE", "orders/"), 405, "method_not_allowed")


def test_no_header_or_form_turns_one_method_into_another(exchange):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    form = exchange.trader.post(f"orders/{order_id}/", b"_method=DELETE", X_HTTP_Method_Override="DELETE")
    assert_problem(form, 405, "method_not_allowed")
    exchange.drain()
    assert exchange.trader.get(f"orders/{order_id}/").json()["ord_status"] == "NEW"


def test_options_names_the_methods_and_head_sends_no_body(exchange):
    options = exchange.trader.send("OPTIONS", "orders/")
    assert (options.status_code, options["Allow"]) == (204, "GET, POST, DELETE, HEAD, OPTIONS")
    head = exchange.trader.send("HEAD", "orders/")
    assert (head.status_code, head.content) == (200, b"")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The OpenAPI document as the API serves it."""
    response = Caller().get("schema/")
    assert response.status_code == 200
    document: dict[str, Any] = json.loads(response.content)
    return document


def test_the_schema_is_valid_and_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_the_schema_describes_every_route(schema):
    addresses = {str(route.name): str(route.pattern) for route in urlpatterns}
    expected = {
        (method, "/api/v1/" + addresses[name].replace("<str:", "{").replace(">", "}")) for method, name in routes()
    }
    described = {(method.upper(), path) for path, methods in schema["paths"].items() for method in methods}
    assert described == expected


def test_every_operation_tells_its_problems_and_has_a_name_and_a_summary(schema):
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"], operation["operationId"]
        assert {"405", "406", "503"} <= set(operation["responses"]), operation["operationId"]
        assert any(status.startswith("2") for status in operation["responses"])
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
        needs_key = {"apiKey": []} in operation.get("security", [])
        assert ("401" in operation["responses"]) == needs_key, operation["operationId"]


def test_prices_and_quantities_are_strings_in_the_schema(schema):
    order = schema["components"]["schemas"]["Order"]["properties"]
    for name in ("order_qty", "price", "cum_qty", "leaves_qty", "avg_px", "order_id"):
        assert order[name]["type"] == "string"


@pytest.mark.parametrize("path", ["docs/", "schema/"])
def test_the_description_can_only_be_read(path):
    assert_problem(Caller().post(path), 405, "method_not_allowed")


def test_the_documentation_page_runs_no_script_of_its_own(settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    page = Caller().get("docs/", Accept="text/html,*/*;q=0.8").content.decode()
    assert page.count("<script") == page.count("<script src=") == 2
    assert "<style" not in page
    assert "style=" not in page
    assert 'data-schema-url="/api/v1/schema/"' in page
