"""Equity below the maintenance margin: a warning first, then orders like anybody's until the margin holds again.

The prices here move because people trade at them in a real book.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone

from access.models import AuditEntry
from market import exposures, margin
from market.models import Account, AccountEvent, Instrument, Order
from market.selectors import equity, positions
from market.selectors import orders as order_selectors
from market.services import accounts, liquidation, orders, standings, trading
from market.services import equity as sampling
from vocabulary.orders import OrdStatus, OrdType, TimeInForce
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


@pytest.fixture
def indebted(market):
    """A margin account with 600 that is long 100 at 10.00; at 5.00 its equity is 100, and it must keep 125."""
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(600), note="margin", actor=market.trader)
    market.account = number
    market.house_places("SELL", 100, "10.00")
    market.place("BUY", 100, "10.00")
    market.drain()
    return market


def moves_to(market, price):
    """The house trades with itself at a price, and leaves a bid and an offer of 500 there and a tick above."""
    market.house_places("SELL", 1, price)
    market.house_places("BUY", 501, price)
    market.house_places("SELL", 500, Decimal(price) + Decimal("0.01"))
    market.drain()


def looks(market, count=1):
    """The exchange looks after its accounts, and the matching service works after each look."""
    for _ in range(count):
        liquidation.watch()
        market.drain()


def events(market):
    return list(AccountEvent.objects.order_by("pk").values_list("kind", flat=True))


def grace_is_over(market):
    long_ago = timezone.now() - timedelta(hours=1)
    Account.objects.filter(number=market.account).update(margin_call_at=long_ago)


def state(market):
    (record,) = [one for one in equity.of_actor(market.trader) if one.account == market.account]
    return record


def test_an_account_that_covers_its_margin_is_left_alone(indebted):
    moves_to(indebted, "6.00")
    looks(indebted, 3)
    assert state(indebted).equity > state(indebted).maintenance_margin
    assert events(indebted) == []


def test_an_account_that_lacks_margin_is_warned_once_and_keeps_its_position_for_the_time_of_grace(indebted):
    moves_to(indebted, "5.00")
    looks(indebted, 3)
    assert events(indebted) == ["MARGIN_CALL"]
    (event,) = equity.events(indebted.account, actor=indebted.trader, count=5)
    assert event.detail == {"equity": "100", "maintenance_margin": "125"}
    entry = AuditEntry.objects.get(action="account.margin_call")
    assert (entry.door, entry.subject) == ("system", indebted.account)
    assert state(indebted).market_value == 500


def test_whoever_has_margin_again_in_time_is_let_go(indebted):
    moves_to(indebted, "5.00")
    looks(indebted)
    accounts.deposit(indebted.account, amount=Decimal(100), note="called", actor=indebted.trader)
    looks(indebted, 2)
    assert events(indebted) == ["MARGIN_CALL", "MARGIN_RESTORED"]
    assert Account.objects.get(number=indebted.account).margin_call_at is None


def test_after_the_grace_its_orders_are_canceled_and_the_position_is_closed_until_the_margin_holds(indebted):
    market = indebted
    resting = market.place("SELL", 10, "14.00").order
    market.drain()
    moves_to(market, "5.00")
    looks(market)
    grace_is_over(market)
    looks(market)
    assert order_selectors.access_order(resting.order_id, actor=market.trader).ord_status is OrdStatus.CANCELED
    assert market.place("SELL", 1, "5.00").reject is RejectReason.ACCOUNT_IN_LIQUIDATION
    looks(market, 3)
    assert events(market) == ["MARGIN_CALL", "LIQUIDATION_STARTED", "LIQUIDATION_ORDER", "MARGIN_RESTORED"]
    after = state(market)
    assert 0 < after.market_value < 500
    assert after.equity >= after.maintenance_margin
    assert market.place("SELL", 1, "5.00").is_accepted


def test_the_orders_that_close_a_position_are_marked_and_take_the_way_of_all_orders(indebted):
    market = indebted
    moves_to(market, "5.00")
    looks(market)
    grace_is_over(market)
    looks(market, 2)
    (order,) = [one for one in order_selectors.of_actor(market.trader, count=5) if one.is_liquidation]
    assert (order.ord_type, order.time_in_force, order.ord_status) == (
        OrdType.MARKET,
        TimeInForce.IOC,
        OrdStatus.FILLED,
    )
    assert order.account == market.account
    assert Order.objects.filter(is_liquidation=True).count() == 1
    (event,) = AccountEvent.objects.filter(kind="LIQUIDATION_ORDER")
    assert (event.detail["order_id"], event.detail["side"]) == (str(order.order_id), "SELL")
    assert AuditEntry.objects.filter(action="account.liquidation_order", door="system").count() == 1


def test_where_its_own_orders_move_the_price_it_goes_on_until_the_margin_holds(indebted):
    market = indebted
    market.house_places("SELL", 1, "5.31")
    for price in ("5.31", "5.30", "5.20", "5.10", "5.05", "5.00"):
        market.house_places("BUY", 1, price)
    market.drain()
    looks(market)
    grace_is_over(market)
    looks(market, 5)
    assert events(market) == ["MARGIN_CALL", "LIQUIDATION_STARTED", "LIQUIDATION_ORDER", "LIQUIDATION_ORDER"]
    moves_to(market, "5.00")
    looks(market, 4)
    assert events(market)[-1] == "MARGIN_RESTORED"
    assert state(market).equity >= state(market).maintenance_margin


def test_a_short_position_is_bought_back(market):
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(600), note="margin", actor=market.trader)
    market.account = number
    market.house_places("BUY", 100, "10.00")
    market.place("SELL", 100, "10.00")
    market.drain()
    moves_to(market, "14.00")
    looks(market)
    grace_is_over(market)
    looks(market, 4)
    assert set(events(market)[2:-1]) == {"LIQUIDATION_ORDER"}
    assert events(market)[-1] == "MARGIN_RESTORED"
    assert state(market).equity >= state(market).maintenance_margin
    assert state(market).market_value < 0


def test_where_nobody_stands_on_the_other_side_no_order_is_handed_in_in_vain(indebted):
    market = indebted
    moves_to(market, "5.00")
    looks(market)
    grace_is_over(market)
    orders.mass_cancel(market.house_account, actor=market.house)
    market.drain()
    looks(market, 4)
    assert events(market) == ["MARGIN_CALL", "LIQUIDATION_STARTED"]
    moves_to(market, "5.00")
    looks(market, 2)
    assert events(market)[2] == "LIQUIDATION_ORDER"


def test_a_halted_instrument_is_waited_for(indebted):
    market = indebted
    moves_to(market, "5.00")
    looks(market)
    grace_is_over(market)
    trading.halt(market.symbol, reason="news pending", actor=market.operator)
    looks(market, 4)
    assert events(market) == ["MARGIN_CALL", "LIQUIDATION_STARTED"]


@override_settings(MARGIN_CALL_GRACE_S=0)
def test_a_killed_account_is_liquidated_all_the_same(indebted):
    market = indebted
    standings.kill(market.account, reason="runaway program", actor=market.operator)
    moves_to(market, "5.00")
    looks(market, 5)
    assert "LIQUIDATION_ORDER" in events(market)
    assert market.place("SELL", 1, "5.00").reject is RejectReason.ACCOUNT_KILLED


def test_the_figures_of_all_accounts_at_once_are_those_of_one(indebted):
    moves_to(indebted, "7.00")
    assert sampling.sample() > 0
    account_id = Account.objects.get(number=indebted.account).pk
    found = exposures.of_accounts([account_id])[account_id]
    held = found.exposures.values()
    (sample,) = equity.curve(indebted.account, actor=indebted.trader, count=5)
    assert (sample.cash, sample.equity) == (found.cash, margin.equity(found.cash, held))
    assert sample.maintenance_margin == margin.maintenance(held)
    assert sample.unrealised_profit == state(indebted).unrealised_profit == -300
    assert positions.of_actor(indebted.trader, account=indebted.account)[0].mark_px == Decimal("7.00")
    assert Instrument.objects.count() == 1
