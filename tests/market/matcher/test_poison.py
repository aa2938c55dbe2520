"""A command that the core does not survive ends rejected, alone; a command at which a process merely died does not."""

import sys

import pytest

import matching
from access.selectors import audit
from market.matcher import verification
from market.matcher.drain import Matcher
from market.matcher.poison.trial import Trial
from market.models import Attempt, Book, InboxCommand, Instrument, Order, Quarantine
from market.selectors import orders as own_orders
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

POISONED_QTY = 666
DIES_OF_IT = f"""
import os, sys
import matching
from market.matcher.poison import child
apply = matching.apply
def die_of_one(book, commands):
    if (commands["order_qty_lots"] == {POISONED_QTY}).any():
        os._exit(9)
    return apply(book, commands)
matching.apply = die_of_one
child.main(sys.argv[1:])
"""


@pytest.fixture
def poison(monkeypatch) -> None:
    """A core that fails on orders for 666."""
    apply = matching.apply

    def fail_on_one(book: matching.Book, commands: matching.Records) -> matching.Records:
        if (commands["order_qty_lots"] == POISONED_QTY).any() and (commands["kind"] == 1).any():
            raise matching.TornBook("planted")
        return apply(book, commands)

    monkeypatch.setattr(matching, "apply", fail_on_one)


def fault() -> str:
    return verification.verify(Instrument.objects.get(symbol="ACME")).fault


def status_of(market: MarketPlace, order_id: int) -> OrdStatus:
    return own_orders.access_order(order_id, actor=market.trader).ord_status


def test_an_order_that_the_core_dies_of_is_rejected_alone_and_the_others_go_on(market, poison):
    before = market.place("BUY", 10, "9.00").order.order_id
    bad = market.place("BUY", POISONED_QTY, "9.00").order.order_id
    after = market.place("BUY", 10, "9.00").order.order_id
    matcher = Matcher(trial=Trial(program=(sys.executable, "-c", DIES_OF_IT)))
    assert matcher.drain("ACME") == 3
    assert [status_of(market, order) for order in (before, bad, after)] == [
        OrdStatus.NEW,
        OrdStatus.REJECTED,
        OrdStatus.NEW,
    ]
    row = Order.objects.get(pk=bad)
    assert (row.reject_reason, row.reserved_amount, row.leaves_qty_lots) == (RejectReason.MATCHER_FAILURE, 0, 0)
    kept = Quarantine.objects.get()
    assert (kept.order_id, kept.command_seq, kept.cause) == (bad, 2, "A process that tried it ended with status 9.")
    assert [entry.subject for entry in audit.newest(count=9) if entry.action == "command.quarantine"] == ["ACME"]
    assert Book.objects.get().status == "RUNNING"
    assert fault() == ""


def test_an_order_at_which_processes_died_by_chance_is_tried_in_a_child_and_then_matched(market):
    order = market.place("BUY", 10, "9.00").order.order_id
    head = InboxCommand.objects.get().pk
    instrument = Instrument.objects.get(symbol="ACME")
    Attempt.objects.create(
        instrument_id=instrument.pk, inbox_id=head, count=limits.ATTEMPTS_BEFORE_TRIAL + 20, worker="died"
    )
    assert market.drain() == 1
    assert status_of(market, order) is OrdStatus.NEW
    assert not Quarantine.objects.exists()
    assert fault() == ""
