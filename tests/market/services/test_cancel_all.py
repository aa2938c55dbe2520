"""Canceling every open order of an instrument, and who may."""

import pytest

from access.selectors import audit
from market.errors import NotFound, NotPermitted
from market.selectors import accounts, inbox, workers
from market.selectors import orders as order_selectors
from market.services import orders
from tests.market_place import MarketPlace
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus


def test_every_open_order_of_the_book_is_canceled_and_no_other(market: MarketPlace):
    market.list("BOLT")
    resting = market.house_places("SELL", 5, "10.50").order
    other_book = market.house_places("SELL", 5, "10.50", symbol="BOLT").order
    market.drain()
    market.drain("BOLT")
    waiting = market.place("BUY", 1, "9.00").order

    assert orders.cancel_all_of_book("ACME", actor=market.operator) == 2
    assert [command.kind for command in inbox.oldest(count=9)] == [
        CommandKind.NEW_ORDER, CommandKind.MASS_CANCEL,
    ]  # fmt: skip
    market.drain()

    everybodys = order_selectors.of_everybody(actor=market.operator, count=9)
    assert {order.order_id: order.ord_status for order in everybodys} == {
        resting.order_id: OrdStatus.CANCELED,
        other_book.order_id: OrdStatus.NEW,
        waiting.order_id: OrdStatus.CANCELED,
    }
    entry = audit.newest(count=1)[0]
    assert (entry.action, entry.subject, entry.detail) == ("order.cancel_all", "ACME", {"orders": 2})
    assert inbox.oldest(count=9) == []


def test_an_empty_book_has_nothing_to_cancel(market: MarketPlace):
    assert orders.cancel_all_of_book("ACME", actor=market.staff) == 0


def test_who_may_not_operate_cancels_and_sees_nothing_of_others(market: MarketPlace):
    market.house_places("SELL", 5, "10.50")
    market.drain()
    with pytest.raises(NotPermitted):
        orders.cancel_all_of_book("ACME", actor=market.trader)
    with pytest.raises(NotPermitted):
        order_selectors.of_everybody(actor=market.trader, count=9)
    with pytest.raises(NotPermitted):
        accounts.every(actor=market.trader, count=9)
    assert inbox.oldest(count=9) == []
    assert [order.ord_status for order in order_selectors.of_everybody(actor=market.operator, count=9)] == [
        OrdStatus.NEW
    ]


def test_an_unknown_symbol_is_not_found(market: MarketPlace):
    with pytest.raises(NotFound):
        orders.cancel_all_of_book("NOPE", actor=market.operator)
    with pytest.raises(NotFound):
        order_selectors.of_everybody(actor=market.operator, symbol="NOPE", count=9)


def test_the_rates_count_what_was_committed_in_the_last_minute(market: MarketPlace):
    market.trade(10, "10.00")
    (worker,) = workers.recent()
    assert (worker.batches, worker.commands, round(worker.commands_per_s * 60)) == (1, 2, 2)
    assert 0 <= worker.last_commit_age_s < 60
