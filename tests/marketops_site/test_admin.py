"""The admin: open to staff, history read-only."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import Client

from access.models import User
from access.services import users
from market.models import Movement, Order, Trade
from market.selectors import accounts, instruments
from market.services import movements
from vocabulary.phases import TradingPhase
from vocabulary.roles import Role

MODELS = sorted(
    (model._meta.app_label, model._meta.model_name)
    for model in admin.site._registry
    if model._meta.app_label in {"access", "market", "analytics"}
)


@pytest.fixture
def staff(market) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="stella"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("app", "model"), MODELS)
def test_every_list_opens_for_staff_with_rows_in_it(market, staff, app, model):
    market.trade(10)
    assert staff.get(f"/admin/{app}/{model}/").status_code == 200


@pytest.mark.parametrize("username", ["tim", "olivia"])
def test_the_admin_is_closed_to_others(market, username):
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/market/order/").status_code == 302


def test_a_trade_shows_in_the_admin(market, staff):
    market.trade(10)
    page = staff.get("/admin/market/trade/").content.decode()
    assert "ACME" in page
    assert "10.00" in page
    assert "BUY" in page


@pytest.mark.parametrize("model", ["order", "trade", "position", "ledgerentry", "journalevent", "batch", "book"])
def test_history_can_be_neither_added_nor_changed_nor_deleted(market, staff, model):
    market.trade(10)
    row = {"order": Order, "trade": Trade}.get(model, Order).objects.order_by("pk")[0].pk
    assert staff.get(f"/admin/market/{model}/add/").status_code == 403
    assert staff.post(f"/admin/market/{model}/{row}/delete/", {"post": "yes"}).status_code in {302, 403}
    assert Trade.objects.count() == 1
    assert Order.objects.count() == 2


def test_staff_halt_and_resume_from_the_list(market, staff):
    pk = str(instruments.by_symbol("ACME").instrument_id)
    staff.post("/admin/market/instrument/", {"action": "halt", "_selected_action": pk})
    assert instruments.by_symbol("ACME").phase is TradingPhase.HALTED
    staff.post("/admin/market/instrument/", {"action": "resume", "_selected_action": pk})
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


def test_staff_cancel_an_order_from_the_list(market, staff):
    order_id = market.place("BUY", 10, "9.00").order.order_id
    market.drain()
    staff.post("/admin/market/order/", {"action": "cancel", "_selected_action": str(order_id)})
    market.drain()
    assert not Order.objects.get(pk=order_id).is_open


def test_what_one_of_the_staff_proposed_another_decides_from_the_list(market, staff, settings):
    settings.DUAL_CONTROL = True
    stefan = users.create(username="stefan", password=market.password, role=Role.STAFF)
    for reference, actor in (("d-1", stefan), ("d-2", stefan), ("d-3", market.staff)):
        movements.deposit(market.account, amount=Decimal(5), reference=reference, actor=actor)
    first, second, own = (str(pk) for pk in Movement.objects.order_by("id").values_list("pk", flat=True))
    staff.post("/admin/market/movement/", {"action": "approve", "_selected_action": [first, own]})
    staff.post("/admin/market/movement/", {"action": "decline", "_selected_action": second})
    assert list(Movement.objects.order_by("id").values_list("status", flat=True)) == ["DONE", "DECLINED", "WAITING"]
    assert accounts.by_number(market.account).cash == 100_005


ASKED = {"kind": "DEPOSIT", "amount": "250.50", "reference": "prize-7", "note": "first prize"}


def test_staff_move_money_once_by_a_reference(market, staff):
    page = staff.get("/admin/market/movement/move-money/")
    assert "Your own; it is done once by it." in page.content.decode()
    assert "move-money" in staff.get("/admin/market/movement/").content.decode()
    for _ in range(2):
        done = staff.post("/admin/market/movement/move-money/", {**ASKED, "account": market.account}, follow=True)
        assert "prize-7 is DONE." in done.content.decode()
    assert accounts.by_number(market.account).cash == Decimal("100250.50")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": "much"}, "Enter a number."),
        ({"amount": "-5"}, "amount must be above zero"),
        ({"account": "NOPE"}, "There is no such account."),
        ({"reference": "a b"}, "reference must be 1 to 64 letters"),
        ({"reference": "class-1"}, "References that begin with class- are the exchange"),
        ({"kind": "WITHDRAWAL", "amount": "100000.01"}, "cannot leave it"),
    ],
)
def test_what_cannot_be_done_is_said_beside_the_field_and_moves_nothing(market, staff, changes, told):
    answer = staff.post("/admin/market/movement/move-money/", {**ASKED, "account": market.account, **changes})
    assert (answer.status_code, told in answer.content.decode()) == (200, True)
    assert accounts.by_number(market.account).cash == 100_000


def test_what_is_asked_for_in_the_admin_waits_where_two_persons_are_asked_for(market, staff, settings):
    settings.DUAL_CONTROL = True
    answer = staff.post("/admin/market/movement/move-money/", {**ASKED, "account": market.account}, follow=True)
    assert "prize-7 is WAITING." in answer.content.decode()
    assert accounts.by_number(market.account).cash == 100_000


def test_nobody_but_staff_moves_money_in_the_admin(market):
    client = Client()
    client.force_login(User.objects.get(username="olivia"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/admin/market/movement/move-money/", {**ASKED, "account": market.account})
    assert answer.status_code == 302
    assert accounts.by_number(market.account).cash == 100_000
