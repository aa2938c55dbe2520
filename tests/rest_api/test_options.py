"""Options over REST: operators list them, everybody reads their terms, staff let them expire."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.rest_api.conftest import Caller, Exchange, assert_problem

PATH = "instruments/ACME/options/"
NEXT_MONTH = (datetime.now(UTC) + timedelta(days=30)).isoformat()
CALL = {"put_or_call": "CALL", "strike_price": "10.50", "expires_at": NEXT_MONTH, "symbol": "CALL-1"}


def test_an_option_is_listed_and_its_terms_are_read_by_everybody(committed_exchange: Exchange):
    made = committed_exchange.operator.post(PATH, CALL)
    assert (made.status_code, made["Location"]) == (201, "/api/v1/instruments/CALL-1/")
    read = committed_exchange.anonymous.get("instruments/CALL-1/").json()
    assert (read["kind"], read["lot_size"], read["option"]["underlying"]) == ("OPTION", "100", "ACME")
    assert (read["option"]["put_or_call"], read["option"]["strike_price"]) == ("CALL", "10.5")
    assert read["option"]["contract_multiplier"] == "100"
    assert (read["option"]["settlement_price"], read["option"]["settlement_basis"]) == (None, None)
    assert [one["symbol"] for one in committed_exchange.anonymous.get(PATH).json()] == ["CALL-1"]
    assert committed_exchange.anonymous.get("instruments/ACME/").json()["option"] is None
    assert_problem(committed_exchange.anonymous.get("instruments/NONE/options/"), 404, "unknown_symbol")


def test_a_chain_is_listed_whole_or_not_at_all(committed_exchange: Exchange):
    chain = {"strike_prices": ["10.00", "10.50"], "expires_at": NEXT_MONTH, "contract_multiplier": "10"}
    made = committed_exchange.operator.post(f"{PATH}chain/", chain)
    assert made.status_code == 201
    assert [one["option"]["put_or_call"] for one in made.json()] == ["CALL", "PUT", "CALL", "PUT"]
    assert committed_exchange.operator.post(f"{PATH}chain/", chain).status_code == 400
    assert len(committed_exchange.anonymous.get(PATH).json()) == 4


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"strike_price": "10.505"}, "/strike_price"),
        ({"put_or_call": "STRADDLE"}, "/put_or_call"),
        ({"contract_multiplier": "0"}, "/contract_multiplier"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_impossible_terms_are_refused_by_the_field_at_fault(committed_exchange: Exchange, changes, pointer):
    response = committed_exchange.operator.post(PATH, {**CALL, **changes})
    assert response.status_code == 400
    assert pointer in response.content.decode()
    assert committed_exchange.anonymous.get(PATH).json() == []


def test_staff_let_an_option_expire_and_its_holder_reads_what_was_paid(committed_exchange: Exchange):
    place = committed_exchange.place
    committed_exchange.operator.post(PATH, CALL)
    place.trade(100, "0.25", symbol="CALL-1")
    place.trade(1, "11.00", symbol="ACME")
    staff = Caller(place.key_of(place.staff))
    expiry = {"kind": "EXPIRY", "symbol": "CALL-1", "reference": "end-1"}
    with committed_exchange.matching("CALL-1"):
        done = staff.post("staff/corporate-actions/", expiry)
    assert (done.status_code, done.json().get("status"), done.json().get("amount")) == (200, "DONE", "0.5")
    (row,) = committed_exchange.trader.get(f"accounts/{committed_exchange.account}/ledger/?count=1").json()
    assert (row["cause"], row["amount"], row["quantity"]) == ("EXPIRY", "50", "-100")
    read = committed_exchange.anonymous.get("instruments/CALL-1/").json()
    assert (read["option"]["settlement_price"], read["option"]["settlement_basis"]) == ("11", "LAST_TRADE")
    assert read["delisted_at"] is not None
