"""Limits and the kill switch: each order and each replacement is held to them, and says by which it is refused."""

from decimal import Decimal

import pytest

from access.models import AuditEntry
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.models import AccountEvent, InboxCommand, Order
from market.records import ReplaceTicket
from market.selectors import standings as standing_selectors
from market.services import orders, standings
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason


@pytest.fixture
def bound(market):
    """Sets limits of the trader's account by their names."""

    def bind(account=None, **changes):
        named = {field: value if value is None else Decimal(str(value)) for field, value in changes.items()}
        return standings.set_limits(account or market.account, changes=named, actor=market.operator)

    return bind


def replaced(market, order_id, quantity, price, cl_ord_id="r-1"):
    ticket = ReplaceTicket(cl_ord_id, order_id, Decimal(str(quantity)), Decimal(price))
    return orders.replace(ticket, actor=market.trader)


def test_an_order_of_more_than_the_largest_quantity_is_refused(market, bound):
    bound(order_qty_max=100)
    assert market.place("BUY", 101, "10.00").reject is RejectReason.ORDER_QTY_LIMIT
    order = market.place("BUY", 100, "10.00").order
    assert replaced(market, order.order_id, 101, "10.00").reject is RejectReason.ORDER_QTY_LIMIT


def test_an_order_of_more_than_the_largest_value_is_refused(market, bound):
    bound(order_value_max=1000)
    assert market.place("BUY", 101, "10.00").reject is RejectReason.ORDER_VALUE_LIMIT
    order = market.place("BUY", 100, "10.00").order
    assert replaced(market, order.order_id, 100, "10.01").reject is RejectReason.ORDER_VALUE_LIMIT


def test_a_sale_far_below_the_market_is_worth_what_the_market_says(market, bound):
    market.trade(150)
    bound(order_value_max=1000)
    assert market.place("SELL", 101, "5.00").reject is RejectReason.ORDER_VALUE_LIMIT
    assert market.place("SELL", 100, "5.00").is_accepted


def test_open_orders_are_worth_no_more_together_than_they_may_be(market, bound):
    bound(unexecuted_value_max=1000)
    first = market.place("BUY", 60, "10.00").order
    assert market.place("BUY", 41, "10.00").reject is RejectReason.UNEXECUTED_VALUE_LIMIT
    assert replaced(market, first.order_id, 101, "10.00").reject is RejectReason.UNEXECUTED_VALUE_LIMIT
    assert market.place("BUY", 40, "10.00").is_accepted
    orders.cancel(first.order_id, actor=market.trader)
    assert market.place("BUY", 1, "10.00").reject is RejectReason.UNEXECUTED_VALUE_LIMIT
    market.drain()
    assert market.place("BUY", 60, "10.00").is_accepted


def test_a_position_is_no_larger_than_it_may_be_with_all_open_orders_filled(market, bound):
    bound(position_qty_max=100)
    market.trade(50)
    order = market.place("BUY", 30, "9.00").order
    assert market.place("BUY", 21, "9.00").reject is RejectReason.POSITION_LIMIT
    assert replaced(market, order.order_id, 51, "9.00").reject is RejectReason.POSITION_LIMIT
    assert market.place("BUY", 20, "9.00").is_accepted
    assert market.place("SELL", 50, "11.00").is_accepted


def test_a_house_account_is_held_to_its_position_short_as_well_as_long(market, bound):
    bound(market.house_account, position_qty_max=100)
    assert market.house_places("SELL", 101, "10.00").reject is RejectReason.POSITION_LIMIT
    assert market.house_places("SELL", 100, "10.00").is_accepted
    assert market.house_places("SELL", 1, "10.00").reject is RejectReason.POSITION_LIMIT
    assert market.house_places("BUY", 100, "9.00").is_accepted


def test_what_makes_a_position_smaller_is_taken_on_however_large_it_is(market, bound):
    market.trade(50)
    bound(position_qty_max=10)
    assert market.place("SELL", 50, "10.00").is_accepted


@pytest.mark.parametrize("who", ["place", "house_places"])
def test_an_account_has_no_more_open_orders_than_it_may_have(market, bound, who):
    bound(market.account if who == "place" else market.house_account, open_orders_max=2)
    place = getattr(market, who)
    assert place("BUY", 1, "9.00").is_accepted
    assert place("BUY", 1, "9.01").is_accepted
    assert place("BUY", 1, "9.02").reject is RejectReason.TOO_MANY_OPEN_ORDERS


def test_the_orders_of_one_request_are_held_to_the_limits_together(market, bound):
    bound(position_qty_max=100, open_orders_max=3)
    tickets = [market.ticket("BUY", quantity, "10.00") for quantity in (60, 60, 40, 1)]
    receipts = orders.place_many(tickets, actor=market.trader)
    assert [receipt.reject for receipt in receipts] == [
        RejectReason.NONE,
        RejectReason.POSITION_LIMIT,
        RejectReason.NONE,
        RejectReason.POSITION_LIMIT,
    ]


def test_a_limit_that_is_taken_back_is_the_one_of_the_accounts_kind_again(market, bound):
    assert bound(open_orders_max=1).limits.open_orders_max == 1
    standing = bound(open_orders_max=None)
    assert (standing.limits.open_orders_max, standing.own_limits.open_orders_max) == (2000, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order_max": 1}, "order_max"),
        ({"order_qty_max": -1}, "order_qty_max"),
        ({"open_orders_max": 1.5}, "open_orders_max"),
    ],
)
def test_a_limit_without_a_meaning_is_refused_by_its_name_and_nothing_is_changed(market, bound, changes, field):
    with pytest.raises(InvalidRequest) as refusal:
        bound(order_value_max=5, **changes)
    assert refusal.value.field == field
    assert standing_selectors.by_number(market.account, actor=market.operator).own_limits.order_value_max is None


def test_who_changes_a_limit_is_in_the_audit_log(market, bound):
    bound(order_value_max="5000", position_qty_max=None)
    entry = AuditEntry.objects.get(action="account.set_limits")
    assert (entry.actor_name, entry.subject) == ("olivia", market.account)
    assert entry.detail == {"order_value_max": "5000", "position_qty_max": None}


def test_a_killed_account_loses_its_orders_and_can_neither_place_nor_replace(market):
    resting = market.place("BUY", 10, "9.00").order
    market.drain()
    waiting = market.place("BUY", 10, "9.01").order
    standing = standings.kill(market.account, reason="runaway program", actor=market.operator)
    assert (standing.kill_reason, standing.killed_at is None) == ("runaway program", False)
    assert market.place("BUY", 1, "9.00").reject is RejectReason.ACCOUNT_KILLED
    assert replaced(market, resting.order_id, 5, "9.00").reject is RejectReason.ACCOUNT_KILLED
    orders.cancel(waiting.order_id, actor=market.trader)
    market.drain()
    statuses = Order.objects.filter(pk__in=[resting.order_id, waiting.order_id]).values_list("ord_status", flat=True)
    assert set(statuses) == {OrdStatus.CANCELED}


def test_the_owner_of_a_killed_account_reads_why(market):
    standings.kill(market.account, reason="runaway program", actor=market.operator)
    assert "runaway program" in market.place("BUY", 1, "9.00").reject_text
    assert standing_selectors.by_number(market.account, actor=market.trader).kill_reason == "runaway program"


def test_an_operator_lets_a_killed_account_trade_again(market):
    standings.kill(market.account, reason="runaway program", actor=market.operator)
    standings.unkill(market.account, actor=market.operator)
    assert market.place("BUY", 1, "9.00").is_accepted
    assert list(AccountEvent.objects.order_by("pk").values_list("kind", flat=True)) == ["KILLED", "UNKILLED"]
    actions = AuditEntry.objects.filter(subject=market.account, action__endswith="kill").order_by("pk")
    assert [(entry.action, entry.detail) for entry in actions] == [
        ("account.kill", {"reason": "runaway program"}),
        ("account.unkill", {"reason": "runaway program"}),
    ]


def test_killing_again_for_the_same_reason_records_nothing_more(market):
    for _ in range(2):
        standings.kill(market.account, reason="runaway program", actor=market.operator)
    standings.unkill(market.account, actor=market.operator)
    standings.unkill(market.account, actor=market.operator)
    assert AccountEvent.objects.count() == 2


def test_accounts_that_are_stopped_are_listed_to_operators(market):
    assert standing_selectors.stopped(actor=market.operator) == []
    standings.kill(market.account, reason="runaway program", actor=market.operator)
    assert [standing.account for standing in standing_selectors.stopped(actor=market.operator)] == [market.account]
    with pytest.raises(NotPermitted):
        standing_selectors.stopped(actor=market.trader)


def test_traders_decide_nothing_about_accounts_and_see_their_own_alone(market):
    for act in (
        lambda: standings.kill(market.account, reason="mine", actor=market.trader),
        lambda: standings.unkill(market.account, actor=market.trader),
        lambda: standings.set_limits(market.account, changes={}, actor=market.trader),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(NotFound):
        standing_selectors.by_number(market.house_account, actor=market.trader)
    assert not InboxCommand.objects.exists()


def test_an_account_that_there_is_not_is_not_found(market):
    with pytest.raises(NotFound):
        standings.kill("NOPE", reason="why not", actor=market.operator)
    with pytest.raises(InvalidRequest):
        standings.kill(market.account, reason="  ", actor=market.operator)
