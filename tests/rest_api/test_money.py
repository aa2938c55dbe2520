"""Money over REST: an account's ledger for its holder, and what staff do to the money of accounts."""

from decimal import Decimal
from typing import Any

import pytest

from access.services import users
from market.selectors import accounts
from tests.market_place import PASSWORD
from tests.rest_api.conftest import Caller, Exchange, assert_problem
from vocabulary.roles import Role

DEPOSIT = {"kind": "DEPOSIT", "amount": "250.50", "reference": "prize-7", "note": "first prize"}


@pytest.fixture
def staff(committed_exchange: Exchange) -> Caller:
    """One of the staff."""
    return Caller(committed_exchange.place.key_of(committed_exchange.place.staff))


@pytest.fixture
def second(committed_exchange: Exchange) -> Caller:
    """Another one of the staff."""
    actor = users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    return Caller(committed_exchange.place.key_of(actor))


def asked(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    return {**DEPOSIT, "account": exchange.account, **changes}


def money(exchange: Exchange) -> Decimal:
    return accounts.by_number(exchange.account).cash


def test_staff_pay_in_and_out_once_by_a_reference(committed_exchange, staff):
    for _ in range(2):
        response = staff.post("staff/movements/", asked(committed_exchange))
        assert response.status_code == 200
        assert (response.json()["status"], response.json()["decided_by"]) == ("DONE", "stella")
    paid_out = asked(committed_exchange, kind="WITHDRAWAL", amount="0.50", reference="w-1", note="change")
    assert staff.post("staff/movements/", paid_out).status_code == 200
    assert money(committed_exchange) == 100_250
    other = staff.post("staff/movements/", asked(committed_exchange, amount="1"))
    assert_problem(other, 400, "reference_reused")
    assert [row["reference"] for row in staff.get("staff/movements/").json()] == ["w-1", "prize-7"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "-1"}, 400, "invalid_request"),
        ({"account": "NOBODY"}, 404, "not_found"),
        ({"kind": "GIFT"}, 400, "invalid_request"),
        ({"reference": "a b"}, 400, "invalid_request"),
        ({"colour": "red"}, 400, "invalid_request"),
        ({"kind": "WITHDRAWAL", "amount": "100000.01"}, 422, "insufficient_buying_power"),
    ],
)
def test_what_cannot_be_done_is_refused_and_moves_nothing(committed_exchange, staff, changes, status, code):
    response = staff.post("staff/movements/", asked(committed_exchange, **changes))
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert money(committed_exchange) == 100_000
    if status != 400:
        assert response.json()["code"] == code


def test_where_two_persons_are_asked_for_the_second_decides(committed_exchange, staff, second, settings):
    settings.DUAL_CONTROL = True
    waiting = staff.post("staff/movements/", asked(committed_exchange))
    assert (waiting.status_code, waiting.json()["status"]) == (202, "WAITING")
    assert_problem(staff.post("staff/movements/prize-7/approve/"), 403, "not_permitted")
    assert [row["reference"] for row in second.get("staff/movements/?waiting=true").json()] == ["prize-7"]
    assert second.post("staff/movements/prize-7/approve/").json()["decided_by"] == "stefan"
    assert money(committed_exchange) == Decimal("100250.50")
    staff.post("staff/movements/", asked(committed_exchange, reference="prize-8"))
    assert second.post("staff/movements/prize-8/decline/").json()["status"] == "DECLINED"
    assert_problem(staff.post("staff/movements/nothing/approve/"), 404, "not_found")
    assert money(committed_exchange) == Decimal("100250.50")


def test_a_reset_waits_for_the_books_to_cancel(committed_exchange, staff):
    committed_exchange.trader.post("orders/", committed_exchange.ticket(price="9.00"))
    with committed_exchange.matching():
        response = staff.post("staff/movements/", asked(committed_exchange, kind="RESET", amount="5000"))
    assert (response.status_code, response.json().get("status")) == (200, "DONE")
    assert money(committed_exchange) == 5_000


def test_a_grant_lets_a_user_read_the_ledger_until_it_is_revoked(committed_exchange, staff):
    path = f"accounts/{committed_exchange.account}/ledger/"
    grant = f"staff/accounts/{committed_exchange.account}/grants/house-of-tests/"
    assert committed_exchange.other.get(path).status_code == 404
    assert staff.put(grant).status_code == 204
    assert committed_exchange.other.get(path).status_code == 200
    assert staff.delete(grant).status_code == 204
    assert committed_exchange.other.get(path).status_code == 404
    assert_problem(staff.put(grant.replace("house-of-tests", "nobody")), 404, "not_found")


def test_the_rows_of_the_ledger_sum_up_to_what_accounts_and_positions_say(committed_exchange):
    for price in ("10.00", "10.02"):
        committed_exchange.place.trade(10, price)
    rows: list[dict[str, Any]] = []
    path = f"accounts/{committed_exchange.account}/ledger/?count=1"
    while page := committed_exchange.trader.get(f"{path}&before={rows[-1]['cursor']}" if rows else path).json():
        rows += page
    (account,) = committed_exchange.trader.get("accounts/").json()
    (position,) = committed_exchange.trader.get("positions/").json()
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(account["cash"])
    of_symbol = [row for row in rows if row["symbol"] == "ACME"]
    assert sum(Decimal(row["amount"]) for row in of_symbol) == Decimal(position["cash"])
    assert sum(Decimal(row["quantity"]) for row in of_symbol) == Decimal(position["quantity"])


def test_rows_are_chosen_by_instrument_and_by_cause(committed_exchange):
    committed_exchange.place.trade(10, "10.00")
    path = f"accounts/{committed_exchange.account}/ledger/"

    def causes(query: str) -> list[str]:
        return [row["cause"] for row in committed_exchange.trader.get(path + query).json()]

    assert causes("") == ["TRADE", "DEPOSIT"]
    assert causes("?symbol=ACME") == ["TRADE"]
    assert causes("?cause=DEPOSIT,FEE") == ["DEPOSIT"]
    assert causes("?symbol=ACME&cause=FEE") == []
    assert_problem(committed_exchange.trader.get(f"{path}?cause=GIFT"), 400, "malformed")
