"""A malformed order gets a clear 400 and leaves nothing behind."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest

from rest_api.views.orders import OrdersView
from tests.rest_api.conftest import assert_problem

FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no price for a limit order": ({"price": None}, "required", "/price"),
    "no account": ({"account": None}, "required", "/account"),
    "no cl_ord_id": ({"cl_ord_id": None}, "required", "/cl_ord_id"),
    "unknown field": ({"leverage": "10"}, "unknown_field", "/leverage"),
    "read-only field": ({"order_id": "1"}, "unknown_field", "/order_id"),
    "pointer characters in a field name": ({"a/b~c": "1"}, "unknown_field", "/a~1b~0c"),
    "JSON number as price": ({"price": 10.05}, "not_a_decimal_string", "/price"),
    "JSON integer as quantity": ({"order_qty": 100}, "not_a_decimal_string", "/order_qty"),
    "true as quantity": ({"order_qty": True}, "not_a_decimal_string", "/order_qty"),
    "list as quantity": ({"order_qty": ["100"]}, "not_a_decimal_string", "/order_qty"),
    "empty quantity": ({"order_qty": ""}, "required", "/order_qty"),
    "empty cl_ord_id": ({"cl_ord_id": ""}, "required", "/cl_ord_id"),
    "empty side": ({"side": ""}, "required", "/side"),
    "NaN": ({"price": "NaN"}, "not_a_decimal_string", "/price"),
    "Infinity": ({"price": "Infinity"}, "not_a_decimal_string", "/price"),
    "exponent": ({"price": "1e400"}, "not_a_decimal_string", "/price"),
    "whitespace": ({"price": " 10.05"}, "not_a_decimal_string", "/price"),
    "newline after the number": ({"price": "10.05\n"}, "not_a_decimal_string", "/price"),
    "plus sign": ({"price": "+10.05"}, "not_a_decimal_string", "/price"),
    "thousands separator": ({"price": "1,000.05"}, "not_a_decimal_string", "/price"),
    "digits of another script": ({"price": "\u0661\u0660"}, "not_a_decimal_string", "/price"),
    "41 digits": ({"price": "1" * 41}, "too_many_digits", "/price"),
    "null quantity": ({"order_qty": ...}, "null", "/order_qty"),
    "unknown side": ({"side": "HOLD"}, "unknown_word", "/side"),
    "side in lower case": ({"side": "buy"}, "unknown_word", "/side"),
    "side as FIX code": ({"side": 1}, "not_a_string", "/side"),
    "unknown order type": ({"ord_type": "BEST"}, "unknown_word", "/ord_type"),
    "price for a stop": ({"ord_type": "STOP", "stop_px": "9.00"}, "price_not_allowed", "/price"),
    "stop price as number": ({"stop_px": 9}, "not_a_decimal_string", "/stop_px"),
    "instructions in a text": ({"exec_inst": "POST_ONLY"}, "not_a_list", "/exec_inst"),
    "unknown instruction": ({"exec_inst": ["POST_ONLY", "HURRY"]}, "unknown_word", "/exec_inst"),
    "unknown self-trade prevention": ({"self_trade_prevention": "MAYBE"}, "unknown_word", "/self_trade_prevention"),
    "expiry without offset": ({"expire_time": "2030-01-31T14:30:00"}, "not_a_time", "/expire_time"),
    "unknown time in force": ({"time_in_force": "FOREVER"}, "unknown_word", "/time_in_force"),
    "price for a market order": ({"ord_type": "MARKET"}, "price_not_allowed", "/price"),
    "blank in cl_ord_id": ({"cl_ord_id": "my 1"}, "malformed", "/cl_ord_id"),
    "65 characters of cl_ord_id": ({"cl_ord_id": "x" * 65}, "malformed", "/cl_ord_id"),
    "NUL in cl_ord_id": ({"cl_ord_id": "a\x00b"}, "malformed", "/cl_ord_id"),
    "emoji in cl_ord_id": ({"cl_ord_id": "🚀"}, "malformed", "/cl_ord_id"),
    "right-to-left mark in symbol": ({"symbol": "ACME\u200f"}, "malformed", "/symbol"),
    "homoglyph in symbol": ({"symbol": "\u0410CME"}, "malformed", "/symbol"),
    "NUL in account": ({"account": "A-1\x00"}, "malformed", "/account"),
    "unknown symbol": ({"symbol": "NOPE"}, "unknown_symbol", "/symbol"),
    "unknown account": ({"account": "A-999"}, "unknown_account", "/account"),
    "somebody else's account": ({"account": "HOUSE"}, "unknown_account", "/account"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_malformed_order_is_refused_by_name_and_not_recorded(exchange, nothing_recorded, fault):
    changes, code, pointer = FAULTS[fault]
    ticket = exchange.ticket(**changes)
    ticket = {name: None if value is ... else value for name, value in ticket.items()}
    with nothing_recorded():
        response = exchange.trader.post("orders/", ticket)
    problem = assert_problem(response, 400, code)
    assert [(found["pointer"], found["code"]) for found in problem["errors"]] == [(pointer, code)]


def test_every_fault_of_an_order_is_named_at_once(exchange):
    response = exchange.trader.post("orders/", exchange.ticket(side="HOLD", price="dear", colour="red"))
    problem = assert_problem(response, 400, "unknown_word")
    assert [found["pointer"] for found in problem["errors"]] == ["/side", "/price", "/colour"]


def test_an_unknown_word_is_answered_with_the_known_ones(exchange):
    problem = assert_problem(exchange.trader.post("orders/", exchange.ticket(side="HOLD")), 400, "unknown_word")
    assert problem["errors"][0]["detail"] == "Must be one of BUY, SELL."


def test_a_malformed_order_leaves_its_cl_ord_id_free(exchange):
    assert exchange.trader.post("orders/", exchange.ticket(price="dear")).status_code == 400
    assert exchange.trader.post("orders/", exchange.ticket()).status_code == 201


ODD_VALUES: tuple[Any, ...] = (
    *("", "0", "-0", "0.0", "00010.05", "-1", "1" * 40, "0." + "0" * 38 + "1", "9" * 20 + "." + "9" * 20, "10.05"),
    *("9223372036854775808", "21474836.47", "21474836.48", "2147483647", "2147483648", "1000000", "1000001"),
    *("SELL", "MARKET", "FOK", "\x00", "\u200f", "x" * 100_000, None, True, 1, 1.5, 10**400, [], {}, [[]], {"a": "b"}),
)


@pytest.mark.parametrize("field", ["cl_ord_id", "account", "symbol", "side", "ord_type", "order_qty", "price"])
def test_no_value_of_a_field_is_answered_with_a_fault_of_ours(exchange, field):
    for number, value in enumerate(ODD_VALUES):
        for side, account in (("BUY", exchange.account), ("SELL", "HOUSE")):
            ticket = exchange.ticket(cl_ord_id=f"{side}-{number}", side=side, account=account)
            caller = exchange.other if account == "HOUSE" else exchange.trader
            response = caller.post("orders/", {**ticket, field: value})
            assert response.status_code in (200, 201, 400, 422), (value, response.content)
    exchange.drain()


BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "malformed_json"),
    "broken": (b'{"cl_ord_id": "my-1"', "malformed_json"),
    "binary": (bytes(range(256)), "malformed_json"),
    "not UTF-8": (b'{"cl_ord_id": "\xff"}', "malformed_json"),
    "UTF-16": ('{"a": "b"}'.encode("utf-16"), "malformed_json"),
    "byte order mark": (b"\xef\xbb\xbf{}", "malformed_json"),
    "something after the object": (b"{} {}", "malformed_json"),
    "NaN": (b'{"price": NaN}', "malformed_json"),
    "Infinity": (b'{"price": -Infinity}', "malformed_json"),
    "five thousand digits": (b'{"price": ' + b"1" * 5_000 + b"}", "malformed_json"),
    "half a surrogate pair": (b'{"\\ud800": "x"}', "malformed_json"),
    "duplicate keys": (b'{"side": "BUY", "side": "SELL"}', "duplicate_key"),
    "duplicate keys below": (b'{"a": {"side": "BUY", "side": "SELL"}}', "duplicate_key"),
    "null": (b"null", "not_an_object"),
    "array": (b"[]", "not_an_object"),
    "scalar": (b'"BUY"', "not_an_object"),
    "33 levels": (b'{"a":' * 33 + b"1" + b"}" * 33, "nested_too_deep"),
    "100,000 levels": (b"[" * 100_000, "nested_too_deep"),
    "10,000 fields": (b"{" + b",".join(b'"k%d":1' % number for number in range(10_000)) + b"}", "required"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_not_one_clear_json_object_is_refused(exchange, nothing_recorded, kind):
    body, code = BODIES[kind]
    with nothing_recorded():
        response = exchange.trader.post("orders/", body, content_type="application/json")
    assert_problem(response, 400, code)


def test_brackets_inside_strings_are_not_nesting(exchange):
    body = exchange.ticket(note="[" * 100 + '"' + "{" * 100)
    assert_problem(exchange.trader.post("orders/", body), 400, "unknown_field")


def test_a_body_of_ten_megabytes_is_too_large(exchange, nothing_recorded):
    with nothing_recorded():
        response = exchange.trader.post("orders/", b'{"a": "' + b"x" * 10_000_000 + b'"}')
    assert response.status_code == 413


def test_a_body_just_above_the_limit_is_too_large(exchange):
    response = exchange.trader.post("orders/", b" " * (256 * 1024 + 1), content_type="application/json")
    assert response.status_code == 413


def test_a_body_whose_length_is_not_announced_is_read_all_the_same(exchange):
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/orders/",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {exchange.place.key_of(exchange.place.trader)}".encode()),
            (b"content-type", b"application/json"),
            (b"transfer-encoding", b"chunked"),
        ],
    }
    request = ASGIRequest(scope, BytesIO(json.dumps(exchange.ticket()).encode()))
    assert OrdersView.as_view()(request).status_code == 201


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"],
)
def test_only_json_is_read(exchange, nothing_recorded, content_type):
    with nothing_recorded():
        response = exchange.trader.post("orders/", b'{"side": "BUY"}', content_type=content_type)
    assert_problem(response, 415, "unsupported_media_type")


def test_json_in_another_charset_is_not_read(exchange):
    response = exchange.trader.post("orders/", b"{}", content_type="application/json; charset=utf-16")
    assert_problem(response, 415, "unsupported_media_type")


def test_only_json_is_spoken(exchange):
    assert_problem(exchange.trader.get("orders/", Accept="text/html"), 406, "not_acceptable")


QUERIES: dict[str, tuple[str, str, str]] = {
    "count of zero": ("orders/?count=0", "count", "not_a_whole_number"),
    "negative count": ("orders/?count=-1", "count", "not_a_whole_number"),
    "count above the page": ("orders/?count=1001", "count", "not_a_whole_number"),
    "count in words": ("orders/?count=ten", "count", "not_a_whole_number"),
    "cursor beyond any id": ("orders/?before=9223372036854775808", "before", "not_a_whole_number"),
    "open in words": ("orders/?open=maybe", "open", "not_true_or_false"),
    "cl_ord_id without account": ("orders/?cl_ord_id=my-1", "account", "required"),
    "NUL in symbol": ("orders/?symbol=%00", "symbol", "malformed"),
    "unknown parameter": ("orders/?order_by=account__user__password", "order_by", "unknown_parameter"),
    "repeated parameter": ("orders/?count=1&count=2", "count", "repeated_parameter"),
    "too many orders": ("instruments/ACME/depth/orders/?count=1001", "count", "not_a_whole_number"),
    "too many levels": ("instruments/ACME/depth/?levels=1001", "levels", "not_a_whole_number"),
    "unknown interval": ("instruments/ACME/candles/?interval=7m", "interval", "unknown_word"),
    "time without offset": ("instruments/ACME/candles/?before=2026-01-31T14:30:00", "before", "not_a_time"),
    "time at the end of the world": ("instruments/ACME/candles/?before=9999-12-31T23:59:59Z", "before", "not_a_time"),
}


@pytest.mark.parametrize("fault", QUERIES)
def test_a_malformed_query_is_refused_by_name(exchange, fault):
    path, parameter, code = QUERIES[fault]
    problem = assert_problem(exchange.trader.get(path), 400, code)
    assert [(found["parameter"], found["code"]) for found in problem["errors"]] == [(parameter, code)]


def test_a_malformed_replacement_is_refused(exchange, nothing_recorded):
    order_id = exchange.trader.post("orders/", exchange.ticket()).json()["order_id"]
    body: dict[str, Any] = {"cl_ord_id": "my-2", "order_qty": "80"}
    with nothing_recorded():
        assert_problem(exchange.trader.patch(f"orders/{order_id}/", {**body, "price": 1}), 400, "not_a_decimal_string")
        assert_problem(exchange.trader.patch(f"orders/{order_id}/", {**body, "side": "SELL"}), 400, "unknown_field")
