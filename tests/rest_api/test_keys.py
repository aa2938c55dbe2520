"""API keys over REST: issued with no more rights than one has, listed without secrets, gone when revoked."""

import pytest

from tests.rest_api.conftest import Caller, assert_problem

READER = {"name": "reader", "scopes": ["READ"]}


def test_an_issued_key_comes_in_and_has_the_rights_it_was_given(exchange):
    issued = exchange.trader.post("keys/", READER)
    assert (issued.status_code, sorted(issued.json())) == (
        201,
        ["key_id", "name", "prefix", "secret", "signing_secret"],
    )
    reader = Caller(issued.json()["secret"])
    assert reader.get("orders/").status_code == 200
    assert_problem(reader.post("orders/", exchange.ticket()), 403, "scope_missing")
    assert_problem(reader.post("keys/", READER), 403, "not_permitted")


def test_keys_are_listed_without_their_secrets(exchange):
    issued = exchange.trader.post("keys/", {**READER, "accounts": [exchange.account]}).json()
    listed = exchange.trader.get("keys/")
    assert listed.json()[0] | {"created_at": ""} == {
        "key_id": issued["key_id"],
        "name": "reader",
        "prefix": issued["secret"][:12],
        "scopes": ["READ"],
        "accounts": [exchange.account],
        "addresses": [],
        "created_at": "",
        "expires_at": None,
        "last_used_at": None,
        "last_address": "",
    }
    assert issued["secret"].encode() not in listed.content


def test_a_revoked_key_is_refused_by_its_next_request(exchange):
    issued = exchange.trader.post("keys/", READER).json()
    assert exchange.trader.delete(f"keys/{issued['key_id']}/").status_code == 204
    assert_problem(Caller(issued["secret"]).get("orders/"), 401, "invalid_key")
    assert_problem(exchange.trader.delete(f"keys/{issued['key_id']}/"), 404, "not_found")


def test_nobody_sees_or_revokes_somebody_elses_key(exchange):
    issued = exchange.trader.post("keys/", READER).json()
    assert issued["key_id"] not in [key["key_id"] for key in exchange.other.get("keys/").json()]
    assert_problem(exchange.other.delete(f"keys/{issued['key_id']}/"), 404, "not_found")
    assert Caller(issued["secret"]).get("orders/").status_code == 200


FAULTS = {
    "no scopes": ({"name": "x"}, "required", "/scopes"),
    "an unknown scope": ({"name": "x", "scopes": ["WRITE"]}, "unknown_word", "/scopes"),
    "scopes without READ": ({"name": "x", "scopes": ["TRADE"]}, "invalid_key_terms", "/scopes"),
    "a trader's ADMIN": ({"name": "x", "scopes": ["READ", "ADMIN"]}, "invalid_key_terms", "/scopes"),
    "somebody else's account": ({**READER, "accounts": ["HOUSE"]}, "invalid_key_terms", "/accounts"),
    "no network": ({**READER, "addresses": ["here"]}, "invalid_key_terms", "/addresses"),
    "an end in the past": ({**READER, "expires_at": "2020-01-01T00:00:00Z"}, "invalid_key_terms", "/expires_at"),
    "its own id": ({**READER, "key_id": 7}, "unknown_field", "/key_id"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_key_that_makes_no_sense_is_refused_at_the_field(exchange, fault):
    body, code, pointer = FAULTS[fault]
    before = exchange.trader.get("keys/").json()
    problem = assert_problem(exchange.trader.post("keys/", body), 400, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert [key["key_id"] for key in exchange.trader.get("keys/").json()] == [key["key_id"] for key in before]
