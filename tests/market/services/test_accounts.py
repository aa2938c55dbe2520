"""Opening and funding accounts."""

from decimal import Decimal

import pytest

from market.errors import InvalidRequest, NotFound
from market.models import LedgerEntry
from market.selectors import accounts as account_selectors
from market.services import accounts


def test_a_deposit_is_buying_power_with_a_ledger_entry(market):
    accounts.deposit(market.account, amount=Decimal("250.50"), note="prize", actor=market.staff)
    assert account_selectors.by_number(market.account).buying_power == Decimal("100250.50")
    entry = LedgerEntry.objects.order_by("-pk")[0]
    assert (entry.amount, entry.note, entry.actor.username) == (Decimal("250.50"), "prize", "stella")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1e30", "0.000000001"])
def test_an_impossible_amount_is_refused_and_nothing_moves(market, amount):
    with pytest.raises(InvalidRequest) as refusal:
        accounts.deposit(market.account, amount=Decimal(amount), note="", actor=market.staff)
    assert refusal.value.field == "amount"
    assert account_selectors.by_number(market.account).deposits == 100_000


def test_an_unknown_account_is_not_found(market):
    with pytest.raises(NotFound):
        accounts.deposit("NOBODY", amount=Decimal(1), note="", actor=market.staff)


def test_a_number_is_given_once(market):
    with pytest.raises(InvalidRequest):
        accounts.open_account(owner=market.trader, number="HOUSE")


def test_nobody_sees_or_trades_an_account_that_is_not_granted_to_them(market):
    stranger, own = market.newcomer()
    assert [account.number for account in account_selectors.of_actor(stranger)] == [own]
