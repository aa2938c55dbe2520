"""Guests: let in with a demo account, kept with all they have, and closed when they have not traded for a while."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from access.models import AuditEntry, User
from access.selectors import users as user_selectors
from access.services import users
from market import auditing, writers
from market.models import LedgerEntry, Order
from market.selectors import accounts
from market.services import guests, orders
from tests.market_place import MarketPlace

A_DAY_H = 24


def come_days_ago() -> None:
    User.objects.filter(is_guest=True).update(date_joined=datetime.now(UTC) - timedelta(days=2))


def bids(market: MarketPlace, guest, account: str) -> Order:
    receipt = orders.place(market.ticket("BUY", 1, "9.00", account=account), actor=guest)
    market.drain()
    return Order.objects.get(pk=receipt.order.order_id)


def test_a_guest_has_an_account_with_the_starting_deposit_by_the_ledger(market):
    guest = guests.let_in(door="web")
    (account,) = accounts.of_actor(guest)
    assert account.buying_power == LedgerEntry.objects.get(account__number=account.number).amount == 100_000


def test_a_guest_who_has_not_traded_for_a_day_is_closed(market):
    guest = guests.let_in(door="web")
    (account,) = accounts.of_actor(guest)
    order = bids(market, guest, account.number)
    come_days_ago()
    assert guests.close_idle(idle_h=A_DAY_H) == 0, "there is an order of today"

    with transaction.atomic():
        writers.claim(writers.Writer.INTAKE)
        Order.objects.filter(pk=order.pk).update(created_at=datetime.now(UTC) - timedelta(days=2))
    assert guests.close_idle(idle_h=A_DAY_H) == 1
    market.drain()

    assert user_selectors.actor_of(guest.user_id, door="web", address="") is None
    assert not Order.objects.get(pk=order.pk).is_open
    assert AuditEntry.objects.filter(action="user.close_guest", subject=guest.username).count() == 1
    assert guests.close_idle(idle_h=A_DAY_H) == 0


def test_who_has_chosen_a_name_or_just_come_is_not_closed(market):
    kept = guests.let_in(door="web")
    users.keep_guest(kept, username="vera", password=market.password)
    User.objects.update(date_joined=datetime.now(UTC) - timedelta(days=2))
    guests.let_in(door="web")
    assert guests.close_idle(idle_h=A_DAY_H) == 0
    assert not User.objects.filter(is_active=False).exists()


@pytest.mark.parametrize("comes_back_by", ["choosing a name", "placing an order"])
def test_who_comes_back_at_the_last_moment_stays_with_all_orders(market, monkeypatch, comes_back_by):
    guest = guests.let_in(door="web")
    (account,) = accounts.of_actor(guest)
    order = bids(market, guest, account.number)
    with transaction.atomic():
        writers.claim(writers.Writer.INTAKE)
        Order.objects.update(created_at=datetime.now(UTC) - timedelta(days=2))

    def found_idle(**_):
        yield guest
        if comes_back_by == "choosing a name":
            users.keep_guest(guest, username="vera", password=market.password)
        else:
            bids(market, guest, account.number)

    monkeypatch.setattr(user_selectors, "guests", found_idle)
    assert guests.close_idle(idle_h=A_DAY_H) == 0
    market.drain()
    assert Order.objects.get(pk=order.pk).is_open
    assert user_selectors.actor_of(guest.user_id, door="web", address="") is not None


def test_the_audit_finds_nothing_wrong_with_a_guest_who_has_chosen_a_name(market):
    guest = guests.let_in(door="web")
    (account,) = accounts.of_actor(guest)
    bids(market, guest, account.number)
    users.keep_guest(guest, username="vera", password=market.password)
    assert auditing.everything(auditing.LAWS).broken == []
