"""Corporate actions over REST: staff pay a dividend or delist, once, by two persons where they are asked for."""

from typing import Any

import pytest

from access.services import users
from market.selectors import accounts
from tests.market_place import PASSWORD
from tests.rest_api.conftest import Caller, Exchange, assert_problem
from vocabulary.roles import Role

DIVIDEND = {"kind": "DIVIDEND", "symbol": "ACME", "amount": "0.25", "reference": "div-1", "note": "spring"}
PATH = "staff/corporate-actions/"


@pytest.fixture
def staff(committed_exchange: Exchange) -> Caller:
    """One of the staff."""
    return Caller(committed_exchange.place.key_of(committed_exchange.place.staff))


def test_a_dividend_is_paid_once_by_its_reference_and_its_holder_reads_of_it(committed_exchange, staff):
    committed_exchange.place.trade(100, "10.00")
    for _ in range(2):
        response = staff.post(PATH, DIVIDEND)
        assert (response.status_code, response.json()["status"]) == (200, "DONE")
    assert accounts.by_number(committed_exchange.account).cash == 99_025
    (row,) = committed_exchange.trader.get(f"accounts/{committed_exchange.account}/ledger/?count=1").json()
    assert (row["cause"], row["amount"], row["note"]) == ("DIVIDEND", "25", "spring")
    assert_problem(staff.post(PATH, {**DIVIDEND, "amount": "1"}), 400, "reference_reused")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "-1"}, 400, "invalid_request"),
        ({"symbol": "NONE"}, 404, "unknown_symbol"),
        ({"kind": "GIFT"}, 400, "invalid_request"),
        ({"kind": "DELISTING"}, 422, "not_in_this_phase"),
        ({"kind": "SPLIT"}, 400, "invalid_request"),
        ({"new_units": 2}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_done_is_refused_and_pays_nobody(
    committed_exchange, staff, changes: dict[str, Any], status, code
):
    committed_exchange.place.trade(100, "10.00")
    response = staff.post(PATH, {**DIVIDEND, **changes})
    assert response.status_code == status, response.content
    if status != 400:
        assert response.json()["code"] == code
    assert accounts.by_number(committed_exchange.account).cash == 99_000


def test_an_impossible_price_of_a_delisting_is_told_by_the_name_that_the_body_has_for_it(committed_exchange, staff):
    response = staff.post(PATH, {**DIVIDEND, "kind": "DELISTING", "amount": "100000000001"})
    problem = assert_problem(response, 400, "invalid_request")
    assert [fault["pointer"] for fault in problem["errors"]] == ["/amount"]


def test_a_split_is_carried_out_and_told(committed_exchange, staff):
    committed_exchange.place.trade(100, "10.00")
    committed_exchange.operator.post("instruments/ACME/halt/", {"reason": "split"})
    split = {"kind": "SPLIT", "symbol": "ACME", "new_units": 2, "old_units": 1, "reference": "split-1"}
    done = staff.post(PATH, split).json()
    assert (done["status"], done["amount"], done["new_units"], done["old_units"]) == ("DONE", "5", 2, 1)
    (held,) = committed_exchange.trader.get("positions/").json()
    assert (held["quantity"], held["average_cost"], held["market_value"]) == ("200", "5", "1000.00")
    assert committed_exchange.trader.get("instruments/ACME/").json()["reference_price"] == "5.00"


def test_a_delisting_is_proposed_approved_and_shown(committed_exchange, staff, settings):
    settings.DUAL_CONTROL = True
    place = committed_exchange.place
    second = Caller(place.key_of(users.create(username="stefan", password=PASSWORD, role=Role.STAFF)))
    place.trade(100, "10.00")
    committed_exchange.operator.post("instruments/ACME/halt/", {"reason": "the end"})
    delisting = {**DIVIDEND, "kind": "DELISTING", "amount": "12"}
    assert (staff.post(PATH, delisting).status_code) == 202
    assert_problem(staff.post(f"{PATH}div-1/approve/"), 403, "not_permitted")
    with committed_exchange.matching():
        assert second.post(f"{PATH}div-1/approve/").json()["status"] == "DONE"
    assert accounts.by_number(committed_exchange.account).cash == 100_200
    assert committed_exchange.trader.get("instruments/ACME/").json()["delisted_at"] is not None
    assert [row["reference"] for row in staff.get(PATH).json()] == ["div-1"]
    assert staff.get(f"{PATH}?waiting=true").json() == []
