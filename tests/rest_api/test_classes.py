"""Classes over REST: joining by the code, and how the members stand, for those who are in the class."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from access.records import KeyTerms
from access.services import api_keys
from market.models import ClassMember, TradingClass
from market.services import class_results, classes
from tests.rest_api.conftest import Caller, Exchange, assert_problem
from vocabulary.roles import KeyScope


@pytest.fixture
def code(exchange: Exchange) -> str:
    """The code of a class that goes on for an hour."""
    now = datetime.now(UTC)
    terms = {"name": "Economics 1", "grant_amount": Decimal(10_000), "symbols": ["ACME"]}
    times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    return classes.create(**terms, **times, actor=exchange.place.staff).code


def is_over() -> None:
    TradingClass.objects.update(ends_at=datetime.now(UTC))
    assert class_results.freeze_those_over() == 1


def test_a_program_joins_a_class_and_trades_with_its_account(exchange, code):
    joined = exchange.trader.post("classes/join/", {"code": code}).json()
    assert (Decimal(joined["cash"]), joined["class_code"], joined["class_is_open"]) == (10_000, code, True)
    assert exchange.trader.post("classes/join/", {"code": code}).json() == joined
    assert joined in exchange.trader.get("accounts/").json()
    ticket = exchange.ticket(account=joined["number"], order_qty="1")
    assert exchange.trader.post("orders/", ticket).status_code == 201


def test_the_members_see_the_class_and_how_they_stand(exchange, code):
    account = exchange.trader.post("classes/join/", {"code": code}).json()["number"]
    (listed,) = exchange.trader.get("classes/").json()
    assert listed == exchange.trader.get(f"classes/{code}/").json()
    assert (listed["teacher"], listed["symbols"], listed["members"]) == ("stella", ["ACME"], 1)
    (first,) = exchange.trader.get(f"classes/{code}/leaderboard/").json()
    assert (first["rank"], first["username"], first["account"]) == (1, "tim", account)
    assert (Decimal(first["equity"]), Decimal(first["profit"])) == (10_000, 0)


def test_the_results_are_there_once_they_are_final(exchange, code):
    exchange.trader.post("classes/join/", {"code": code})
    assert_problem(exchange.trader.get(f"classes/{code}/results/"), 404, "not_found")
    is_over()
    results = exchange.trader.get(f"classes/{code}/results/").json()
    assert results == exchange.trader.get(f"classes/{code}/leaderboard/").json()
    assert [one["username"] for one in results] == ["tim"]
    assert_problem(exchange.other.post("classes/join/", {"code": code}), 400, "invalid_request")


@pytest.mark.parametrize("part", ["", "leaderboard/", "results/"])
def test_a_class_that_one_is_not_in_is_as_absent_as_one_that_does_not_exist(exchange, code, part):
    assert exchange.other.get("classes/").json() == []
    assert_problem(exchange.other.get(f"classes/{code}/{part}"), 404, "not_found")
    assert_problem(exchange.other.get(f"classes/nosuch/{part}"), 404, "not_found")


def test_a_key_that_reaches_but_some_accounts_joins_no_class_and_sees_none_of_the_others(exchange, code):
    terms = KeyTerms(scopes=KeyScope.READ | KeyScope.TRADE, accounts=(exchange.account,))
    narrow = Caller(api_keys.issue(actor=exchange.place.trader, name="narrow", terms=terms).secret)
    assert_problem(narrow.post("classes/join/", {"code": code}), 403, "not_permitted")
    assert ClassMember.objects.count() == 0
    exchange.trader.post("classes/join/", {"code": code})
    assert narrow.get("classes/").json() == []
