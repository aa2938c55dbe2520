"""Draining a book: each command exactly once, whoever else drains and whatever breaks."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import numpy as np
import pytest
from django.db import OperationalError, connection, connections, transaction

from access.selectors import audit
from market import journal, writers
from market.matcher import settlement, verification
from market.matcher.drain import Matcher
from market.models import Batch, Book, InboxCommand, Instrument, JournalCommand
from market.models.book import BookStatus
from market.selectors import executions, positions, trades
from market.selectors import orders as own_orders
from market.services import orders, trading
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.orders import ExecType, OrdStatus


class PowerCut(Exception):
    """The process goes away."""


def fault_of(symbol: str) -> str:
    return verification.verify(Instrument.objects.get(symbol=symbol)).fault


def leave_a_crossing_pair(market: MarketPlace) -> int:
    """An offer of 100 and a bid of 30 for it wait in the inbox; the bid's order id."""
    market.house_places("SELL", 100, "10.05")
    return market.place("BUY", 30, "10.05").order.order_id


def assert_traded_once(market: MarketPlace, order_id: int) -> None:
    assert [(trade.trade_id, trade.quantity) for trade in trades.newest("ACME", count=10)] == [(1, 30)]
    assert own_orders.access_order(order_id, actor=market.trader).ord_status is OrdStatus.FILLED
    assert [(row.quantity, row.cash) for row in positions.of_actor(market.trader)] == [(30, Decimal("-301.50"))]
    assert Book.objects.get().book_version == 1
    assert not InboxCommand.objects.exists()
    assert fault_of("ACME") == ""


def test_matchers_that_drain_one_book_at_once_sequence_every_command_exactly_once(market, monkeypatch):
    monkeypatch.setattr(limits, "MATCH_BATCH_MAX", 3)
    tickets = [
        market.ticket(side, 10, "10.00", account=market.house_account) for _ in range(60) for side in ("BUY", "SELL")
    ]
    orders.place_many(tickets[:60], actor=market.house)
    placed = threading.Event()
    failures: list[BaseException] = []

    def drain_until_nothing_waits() -> None:
        matcher = Matcher()
        try:
            while InboxCommand.objects.exists() or not placed.is_set():
                matcher.drain("ACME", ask_lease=False)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=drain_until_nothing_waits) for _ in range(3)]
    for thread in threads:
        thread.start()
    for ticket in tickets[60:]:
        orders.place(ticket, actor=market.house)
    placed.set()
    for thread in threads:
        thread.join()
    assert failures == []
    taken = list(JournalCommand.objects.order_by("command_seq").values_list("command_seq", "order_id", "inbox_id"))
    assert [seq for seq, _, _ in taken] == list(range(1, 121))
    assert len({order_id for _, order_id, _ in taken}) == 120
    assert len({inbox_id for _, _, inbox_id in taken}) == 120
    versions = list(Batch.objects.order_by("book_version").values_list("book_version", flat=True))
    assert versions == list(range(1, len(versions) + 1))
    assert Book.objects.get().book_version == len(versions)
    assert fault_of("ACME") == ""


def test_a_matcher_that_dies_before_its_commit_leaves_the_inbox_whole_and_the_next_drain_does_its_work(
    market, monkeypatch
):
    order_id = leave_a_crossing_pair(market)
    waiting = list(InboxCommand.objects.order_by("id").values_list("id", "order_id"))

    def die(**_: object) -> bool:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(journal, "advance_book", die)
        with pytest.raises(PowerCut):
            market.drain()
    assert list(InboxCommand.objects.order_by("id").values_list("id", "order_id")) == waiting
    assert not JournalCommand.objects.exists()
    assert trades.newest("ACME", count=10) == []
    assert own_orders.access_order(order_id, actor=market.trader).ord_status is OrdStatus.PENDING_NEW
    assert market.drain() == 2
    assert_traded_once(market, order_id)


def test_a_matcher_whose_connection_is_cut_in_mid_batch_starts_over_from_the_same_inbox(market, monkeypatch):
    order_id = leave_a_crossing_pair(market)
    settle = settlement.settle

    def settle_once_cut_off(outcome: settlement.Outcome) -> settlement.Settled:
        terminate(connection.connection.info.backend_pid)
        return settle(outcome)

    with monkeypatch.context() as patch:
        patch.setattr(settlement, "settle", settle_once_cut_off)
        with pytest.raises(OperationalError):
            market.drain()
    connection.close()
    assert InboxCommand.objects.count() == 2
    assert not JournalCommand.objects.exists()
    assert market.drain() == 2
    assert_traded_once(market, order_id)


def test_a_matcher_that_the_database_cuts_off_for_standing_still_starts_over_and_its_book_runs_on(market, monkeypatch):
    order_id = leave_a_crossing_pair(market)
    with monkeypatch.context() as patch:
        patch.setattr(limits, "DRAIN_STATEMENT_TIMEOUT_MS", 500)
        patch.setattr(limits, "TRANSACTION_MORE_MS", 100)
        patch.setattr(settlement, "failpoint", lambda _: wait_until_cut_off(connection.connection.info.backend_pid))
        with pytest.raises(OperationalError):
            market.drain()
    connection.close()
    assert Book.objects.get().status == BookStatus.RUNNING
    assert InboxCommand.objects.count() == 2
    assert market.drain() == 2
    assert_traded_once(market, order_id)


def terminate(backend_pid: int) -> None:
    """End a server process of the database by way of another one."""
    ask_elsewhere("SELECT pg_terminate_backend(%s, 5000)", [backend_pid])


def wait_until_cut_off(backend_pid: int) -> None:
    """Stand still for as long as the database has a server process with this number."""
    while ask_elsewhere("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend_pid]):
        time.sleep(0.01)


def ask_elsewhere(query: str, parameters: list[int]) -> int:
    """What a query gives over a connection of its own."""

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            answer = int(cursor.fetchone()[0])
        connection.close()
        return answer

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(ask).result()


def test_a_book_that_took_a_batch_that_was_rolled_back_is_not_used_again(market, monkeypatch):
    market.house_places("SELL", 100, "10.05")
    market.drain()
    order_id = market.place("BUY", 30, "10.05").order.order_id

    def be_overtaken(**_: object) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(journal, "advance_book", be_overtaken)
        assert market.drain() == 0
    assert market.drain() == 1
    reports = executions.of_order(order_id, actor=market.trader)
    assert [(report.exec_type, report.leaves_qty) for report in reports] == [(ExecType.NEW, 30), (ExecType.TRADE, 0)]
    assert fault_of("ACME") == ""


def test_a_book_is_moved_only_from_the_version_that_its_mover_knows(market):
    market.house_places("SELL", 100, "10.05")
    market.drain()
    instrument = Instrument.objects.get(symbol="ACME")
    taken = journal.commands_after(instrument_id=instrument.pk, command_seq=0, upto=1)
    given = journal.events_of(instrument_id=instrument.pk, first_event_seq=1, last_event_seq=1)
    before = Book.objects.values().get()
    with transaction.atomic():
        writers.claim(writers.Writer.MATCHER)
        moved = journal.advance_book(
            instrument_id=instrument.pk,
            book_version=before["book_version"] + 1,
            batch_uuid=uuid4(),
            worker="somebody mistaken",
            digest=bytes(32),
            commands=taken,
            events=given,
            inbox_ids=np.zeros(1, np.int64),
            state={"bid_lots": 7},
        )
        transaction.set_rollback(True)
    assert not moved
    assert Book.objects.values().get() == before


def test_a_worker_that_holds_the_book_learns_of_a_halt_before_it_matches_again(market):
    market.house_places("SELL", 100, "10.05")
    market.drain()
    waiting = market.place("BUY", 30, "10.05").order.order_id
    trading.halt("ACME", reason="news pending", actor=market.operator)
    assert market.drain() == 1
    assert trades.newest("ACME", count=10) == []
    assert own_orders.access_order(waiting, actor=market.trader).ord_status is OrdStatus.REJECTED
    trading.resume("ACME", actor=market.operator)
    again = market.place("BUY", 30, "10.05").order.order_id
    assert market.drain() == 1
    assert own_orders.access_order(again, actor=market.trader).ord_status is OrdStatus.FILLED
    assert fault_of("ACME") == ""


def test_a_worker_takes_over_from_another_and_gives_back(market):
    other = Matcher()
    for quantity, matcher in enumerate([market.matcher, other, market.matcher, other, other, market.matcher], start=1):
        market.house_places("SELL", quantity, "10.05")
        assert matcher.drain("ACME") == 1
    market.place("BUY", 21, "10.05")
    assert other.drain("ACME") == 1
    assert [trade.quantity for trade in trades.newest("ACME", count=10)] == [6, 5, 4, 3, 2, 1]
    assert fault_of("ACME") == ""


def test_a_book_whose_journal_is_broken_stops_alone_and_its_orders_wait(market, tamper):
    market.list("BOLT")
    market.trade(10)
    tamper("UPDATE market_journalcommand SET order_qty_lots = order_qty_lots + 1 WHERE command_seq = 1")
    waiting = market.place("BUY", 1, "9.00").order.order_id
    worker = Matcher()
    assert worker.drain("ACME") == 0
    stopped = Book.objects.get(instrument__symbol="ACME")
    assert stopped.status == BookStatus.STOPPED
    assert stopped.status_reason == "BrokenJournal: the journal's digest breaks at batch 1"
    (entry,) = [entry for entry in audit.newest(count=5) if entry.action == "book.stop"]
    assert (entry.subject, entry.detail) == ("ACME", {"reason": stopped.status_reason})
    assert worker.drain("ACME") == 0
    assert InboxCommand.objects.get().order_id == waiting
    market.house_places("SELL", 5, "10.00", symbol="BOLT")
    market.place("BUY", 5, "10.00", symbol="BOLT")
    assert worker.drain("BOLT") == 2
    assert [trade.quantity for trade in trades.newest("BOLT", count=10)] == [5]
