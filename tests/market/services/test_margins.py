"""Margins of an instrument: operators set them, and the next order is held to them."""

from decimal import Decimal

import pytest

from access.models import AuditEntry
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.selectors import margins as margin_selectors
from market.services import accounts, margins
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


def set_to(market, initial, maintenance, actor=None, symbol="ACME"):
    return margins.set_rates(
        symbol, initial_margin_bps=initial, maintenance_margin_bps=maintenance, actor=actor or market.operator
    )


def test_the_next_order_is_held_to_the_instruments_own_margin_and_again_to_that_of_the_settings(market):
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(500), note="margin", actor=market.trader)
    assert margin_selectors.by_symbol("ACME") == (5_000, 2_500)
    assert set_to(market, 10_000, 3_000) == (10_000, 3_000)
    assert market.place("SELL", 51, "10.00", account=number).reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert set_to(market, None, None) == (5_000, 2_500)
    assert market.place("SELL", 51, "10.00", account=number).is_accepted


def test_who_sets_a_margin_is_in_the_audit_log(market):
    set_to(market, 2_000, 1_000)
    entry = AuditEntry.objects.get(action="instrument.set_margin")
    assert (entry.actor_name, entry.detail) == (
        "olivia",
        {"initial_margin_bps": 2_000, "maintenance_margin_bps": 1_000},
    )


@pytest.mark.parametrize(
    ("initial", "maintenance", "field"),
    [
        (0, 0, "initial_margin_bps"),
        (10_001, 5_000, "initial_margin_bps"),
        (None, 5_000, "initial_margin_bps"),
        (5_000, None, "maintenance_margin_bps"),
        (5_000, 5_001, "maintenance_margin_bps"),
        (5_000, 0, "maintenance_margin_bps"),
    ],
)
def test_margins_that_cannot_be_are_refused_by_the_field_at_fault(market, initial, maintenance, field):
    with pytest.raises(InvalidRequest) as refusal:
        set_to(market, initial, maintenance)
    assert refusal.value.field == field
    assert margin_selectors.by_symbol("ACME") == (5_000, 2_500)


def test_traders_set_no_margins_and_an_unknown_symbol_is_not_found(market):
    with pytest.raises(NotPermitted):
        set_to(market, 2_000, 1_000, actor=market.trader)
    with pytest.raises(NotFound):
        set_to(market, 2_000, 1_000, symbol="NOPE")
