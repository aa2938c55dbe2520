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
