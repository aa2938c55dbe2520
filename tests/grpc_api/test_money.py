"""Money over gRPC: what accounts are worth, their ledgers, and what staff do to their money."""

from decimal import Decimal
from typing import Any

import pytest

from access.services import users
from market.selectors import accounts
from market.services import equity
from marketops.v1 import admin_service_pb2 as admin_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from marketops.v1 import money_pb2
from tests.grpc_api.conftest import Caller, Door, refused
from tests.market_place import PASSWORD
from vocabulary.roles import Role

DONE, WAITING, DECLINED = (
    money_pb2.MOVEMENT_STATUS_DONE,
    money_pb2.MOVEMENT_STATUS_WAITING,
    money_pb2.MOVEMENT_STATUS_DECLINED,
)


def asked(door: Door, **changes: Any) -> admin_pb2.MoveMoneyRequest:
    """A deposit with some fields changed."""
    deposit = {"kind": money_pb2.MOVEMENT_KIND_DEPOSIT, "amount": "250.50", "reference": "prize-7", "note": "first"}
    return admin_pb2.MoveMoneyRequest(**{"account": door.place.account, **deposit, **changes})


def cash(door: Door) -> Decimal:
    return accounts.by_number(door.place.account).cash


def ledger_of(door: Door, **wanted: Any) -> list[money_pb2.LedgerRow]:
    request = market_pb2.ListLedgerRequest(account=door.place.account, **wanted)
    return list(door.trader.call("ListLedger", request).rows)


def test_the_rows_of_the_ledger_sum_up_to_cash_page_by_page(door: Door):
    for price in ("10.00", "10.02"):
        door.place.trade(10, price)
    rows: list[money_pb2.LedgerRow] = []
    while page := ledger_of(door, count=1, before=rows[-1].cursor if rows else None):
        rows += page
    (account,) = door.trader.call("ListAccounts", market_pb2.ListAccountsRequest()).accounts
    assert sum(Decimal(row.amount) for row in rows) == Decimal(account.cash)
    assert [(row.cause, row.symbol, row.quantity) for row in rows] == [
        ("TRADE", "ACME", "10"), ("TRADE", "ACME", "10"), ("DEPOSIT", "", "0"),
    ]  # fmt: skip
    assert [row.cause for row in ledger_of(door, causes=["DEPOSIT", "FEE"])] == ["DEPOSIT"]
    assert len(ledger_of(door, symbol="ACME")) == 2


def test_equity_is_read_as_it_is_and_as_it_was(door: Door):
    door.place.trade(10, "10.00")
    equity.sample()
    now = door.trader.call("GetEquity", market_pb2.GetEquityRequest(account=door.place.account)).equity
    assert [Decimal(figure) for figure in (now.cash, now.market_value, now.equity)] == [99_900, 100, 100_000]
    request = market_pb2.ListEquityCurveRequest(account=door.place.account, interval_s=300)
    (sample,) = door.trader.call("ListEquityCurve", request).samples
    assert Decimal(sample.equity) == 100_000
    later = market_pb2.ListEquityCurveRequest(account=door.place.account, before=sample.sampled_at)
    assert list(door.trader.call("ListEquityCurve", later).samples) == []


def test_staff_pay_in_and_out_once_by_a_reference(door: Door):
    for _ in range(2):
        movement = door.staff.call("MoveMoney", asked(door)).movement
        assert (movement.status, movement.decided_by, movement.note) == (DONE, "stella", "first")
    out = asked(door, kind=money_pb2.MOVEMENT_KIND_WITHDRAWAL, amount="0.50", reference="w-1", note=None)
    assert door.staff.call("MoveMoney", out).movement.status == DONE
    assert cash(door) == 100_250
    with refused("INVALID_ARGUMENT", "reference_reused"):
        door.staff.call("MoveMoney", asked(door, amount="1"))
    listed = door.staff.call("ListMovements", admin_pb2.ListMovementsRequest()).movements
    assert [movement.reference for movement in listed] == ["w-1", "prize-7"]


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"amount": "-1"}, "INVALID_ARGUMENT", "invalid_request"),
        ({"amount": "much"}, "INVALID_ARGUMENT", "not_a_decimal_string"),
        ({"account": "NOBODY"}, "NOT_FOUND", "not_found"),
        ({"kind": 0}, "INVALID_ARGUMENT", "required"),
        ({"reference": "a b"}, "INVALID_ARGUMENT", "malformed"),
        (
            {"kind": money_pb2.MOVEMENT_KIND_WITHDRAWAL, "amount": "100000.01"},
            "FAILED_PRECONDITION",
            "insufficient_buying_power",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_and_moves_nothing(door: Door, changes, status, reason):
    with door.nothing_recorded(), refused(status, reason):
        door.staff.call("MoveMoney", asked(door, **changes))
    assert cash(door) == 100_000


def test_where_two_persons_are_asked_for_the_second_decides(door: Door, settings):
    settings.DUAL_CONTROL = True
    second = users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    other = Caller(door.channel, door.place.key_of(second))
    assert door.staff.call("MoveMoney", asked(door)).movement.status == WAITING
    approval = admin_pb2.ApproveMovementRequest(reference="prize-7")
    with refused("PERMISSION_DENIED", "not_permitted"):
        door.staff.call("ApproveMovement", approval)
    waiting = other.call("ListMovements", admin_pb2.ListMovementsRequest(waiting=True)).movements
    assert [movement.reference for movement in waiting] == ["prize-7"]
    assert not waiting[0].HasField("decided_by")
    assert other.call("ApproveMovement", approval).movement.decided_by == "stefan"
    assert cash(door) == Decimal("100250.50")
    door.staff.call("MoveMoney", asked(door, reference="prize-8"))
    turned_down = other.call("DeclineMovement", admin_pb2.DeclineMovementRequest(reference="prize-8")).movement
    assert turned_down.status == DECLINED
    assert cash(door) == Decimal("100250.50")


def test_a_reset_waits_for_the_books_to_cancel(door: Door):
    door.trader.call("PlaceOrder", door.ticket(price="9.00"))
    with door.matching():
        reset = asked(door, kind=money_pb2.MOVEMENT_KIND_RESET, amount="5000")
        assert door.staff.call("MoveMoney", reset).movement.status == DONE
    assert cash(door) == 5_000


def test_a_grant_lets_a_user_read_the_ledger_until_it_is_revoked(door: Door):
    mine = {"account": door.place.account, "username": "house-of-tests"}
    wanted = market_pb2.ListLedgerRequest(account=door.place.account)
    with refused("NOT_FOUND", "not_found"):
        door.other.call("ListLedger", wanted)
    door.staff.call("GrantAccount", admin_pb2.GrantAccountRequest(**mine))
    assert door.other.call("ListLedger", wanted).rows
    door.staff.call("RevokeAccount", admin_pb2.RevokeAccountRequest(**mine))
    with refused("NOT_FOUND", "not_found"):
        door.other.call("ListLedger", wanted)


def test_margins_are_set_by_operators_and_given_back_to_the_settings(door: Door):
    wanted = market_pb2.GetMarginRequest(symbol="ACME")
    usual = door.anonymous.call("GetMargin", wanted).rates
    own = money_pb2.MarginRates(initial_margin_bps=2000, maintenance_margin_bps=1000)
    assert door.operator.call("SetMargin", admin_pb2.SetMarginRequest(symbol="ACME", rates=own)).rates == own
    assert door.anonymous.call("GetMargin", wanted).rates == own
    with refused("INVALID_ARGUMENT", "invalid_request") as told:
        wrong = money_pb2.MarginRates(initial_margin_bps=1000, maintenance_margin_bps=2000)
        door.operator.call("SetMargin", admin_pb2.SetMarginRequest(symbol="ACME", rates=wrong))
    assert told.fields == ["maintenance_margin_bps"]
    assert door.operator.call("SetMargin", admin_pb2.SetMarginRequest(symbol="ACME")).rates == usual


@pytest.mark.parametrize(
    ("method", "wanted", "reason", "field"),
    [
        (
            "ListEquityCurve",
            market_pb2.ListEquityCurveRequest(account="A-1", interval_s=61),
            "unknown_interval",
            "interval_s",
        ),
        ("ListLedger", market_pb2.ListLedgerRequest(account="A-1", causes=["GIFT"]), "unknown_word", "causes"),
        ("ListLedger", market_pb2.ListLedgerRequest(account="A-1", before="x"), "malformed", "before"),
        ("GetEquity", market_pb2.GetEquityRequest(), "required", "account"),
    ],
)
def test_what_cannot_be_read_names_the_field(door: Door, method: str, wanted: Any, reason: str, field: str):
    with refused("INVALID_ARGUMENT", reason) as told:
        door.trader.call(method, wanted)
    assert told.fields == [field]
