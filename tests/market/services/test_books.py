"""Starting a book again that was stopped."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from access.selectors import audit
from market.errors import NotPermitted, UnknownSymbol
from market.matcher import stopping
from market.matcher.sweeper import Sweeper
from market.models import Book, Instrument
from market.models.book import BookStatus
from market.services import books
from market.tasks import matcher
from tests.running_system import wait_until


def stopped(market) -> None:
    market.trade(10)
    stopping.stop_book(Instrument.objects.get(), cause=ValueError("planted"))
    assert Book.objects.get().status == BookStatus.STOPPED


def verified_by_a_worker() -> Book:
    Sweeper(matcher, shard_numbers=range(64)).start_books()
    wait_until(lambda: Book.objects.get().status != BookStatus.STARTING, within_s=30)
    return Book.objects.get()


def test_a_stopped_book_whose_journal_holds_trades_again(market):
    stopped(market)
    waiting = market.place("BUY", 1, "9.00").order
    assert market.drain() == 0
    assert books.start("ACME", actor=market.operator).status == BookStatus.STARTING
    book = verified_by_a_worker()
    assert (book.status, book.status_reason) == (BookStatus.RUNNING, "")
    assert market.drain() == 1
    assert waiting.order_id
    actions = [entry.action for entry in audit.newest(count=5)]
    assert {"book.stop", "book.start", "book.started"} <= set(actions)


def test_a_book_whose_journal_breaks_stays_stopped_and_says_where(market, tamper):
    stopped(market)
    tamper("UPDATE market_journalcommand SET order_qty_lots = order_qty_lots + 1 WHERE command_seq = 1")
    call_command("journal", "start", "ACME")
    book = verified_by_a_worker()
    assert book.status == BookStatus.STOPPED
    assert book.status_reason.startswith("The journal does not hold: ")


def test_only_operators_start_a_book_and_one_that_runs_is_left_alone(market):
    with pytest.raises(NotPermitted):
        books.start("ACME", actor=market.trader)
    with pytest.raises(UnknownSymbol):
        books.start("NOPE", actor=market.operator)
    with pytest.raises(CommandError, match="NOPE"):
        call_command("journal", "start", "NOPE")
    assert books.start("ACME", actor=market.operator).status == BookStatus.RUNNING
    assert "book.start" not in [entry.action for entry in audit.newest(count=5)]
