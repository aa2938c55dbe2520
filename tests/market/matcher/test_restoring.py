"""There is one way to obtain a book, and wherever it starts it leads to the same book."""

import os
import zlib
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import matching
from market import journal
from market.errors import MarketError
from market.matcher import restoring, verification
from market.models import Book, BookSnapshot, Instrument
from market.records import ReplaceTicket
from market.services import orders
from tests.market_place import MarketPlace
from vocabulary import limits

EXAMPLES = 300 if os.environ.get("MARKETOPS_NIGHTLY") else 20
SNAPSHOT_EVERY = 5
BATCH_MAX = 3

PRICES = st.sampled_from(["9.98", "9.99", "10.00", "10.01", "10.02"])
PLACES = st.tuples(
    st.just("place"),
    st.sampled_from(["BUY", "SELL"]),
    st.integers(1, 9),
    PRICES,
    st.sampled_from(["DAY", "GTC", "IOC"]),
)
CANCELS = st.tuples(st.just("cancel"), st.integers(0, 30))
REPLACES = st.tuples(st.just("replace"), st.integers(0, 30), st.integers(1, 12), PRICES)
STREAMS = st.lists(st.one_of(PLACES, PLACES, PLACES, CANCELS, REPLACES), min_size=8, max_size=30)

symbols = (f"R{number}" for number in count(1))


@pytest.fixture(autouse=True)
def _short_batches_and_frequent_snapshots(monkeypatch) -> None:
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", SNAPSHOT_EVERY)
    monkeypatch.setattr(limits, "MATCH_BATCH_MAX", BATCH_MAX)


@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shortening an example would outlast the test's time
)
@given(stream=STREAMS)
def test_a_book_restored_from_its_last_snapshot_is_the_book_replayed_from_its_first_command(market, stream):
    symbol = next(symbols)
    market.list(symbol)
    sequenced = hand_in(market, symbol, stream)
    instrument = Instrument.objects.get(symbol=symbol)
    row = Book.objects.get(pk=instrument.pk)
    assert row.command_seq == sequenced
    snapshots = BookSnapshot.objects.filter(instrument_id=instrument.pk)
    assert snapshots.count() >= sequenced // (SNAPSHOT_EVERY + BATCH_MAX)
    replayed = replayed_from_genesis(row, upto=row.command_seq)
    restored = restoring.restore(instrument.pk)
    assert matching.snapshot(restored.book) == matching.snapshot(replayed)
    assert (restored.book_version, restored.digest) == (row.book_version, bytes(row.digest))
    middle = row.command_seq // 2
    earlier = restoring.at_command(instrument.pk, command_seq=middle)
    assert matching.snapshot(earlier) == matching.snapshot(replayed_from_genesis(row, upto=middle))
    verdict = verification.verify(instrument)
    assert (verdict.fault, verdict.commands, verdict.snapshots) == ("", sequenced, snapshots.count())


def hand_in(market: MarketPlace, symbol: str, stream: list[tuple]) -> int:
    """Place, cancel and replace for the house, now and then drained; how many commands were sequenced."""
    order_ids: list[int] = []
    sequenced = 0
    for number, (act, *what) in enumerate(stream):
        try:
            if act == "place":
                side, quantity, price, time_in_force = what
                receipt = market.house_places(side, quantity, price, symbol=symbol, time_in_force=time_in_force)
                order_ids.append(receipt.order.order_id)
            elif order_ids:
                amend(market, act, order_ids[what[0] % len(order_ids)], *what[1:])
        except MarketError:
            pass  # a closed order is refused at the door; nothing reaches the book
        if number % 7 == 6:
            sequenced += market.drain(symbol)
    return sequenced + market.drain(symbol)


def amend(market: MarketPlace, act: str, order_id: int, quantity: int = 0, price: str = "") -> None:
    if act == "cancel":
        orders.cancel(order_id, actor=market.house)
        return
    ticket = market.ticket("BUY", quantity, price)
    orders.replace(
        ReplaceTicket(ticket.cl_ord_id, order_id, ticket.order_qty, ticket.price),
        actor=market.house,
    )


def replayed_from_genesis(row: Book, *, upto: int) -> matching.Book:
    book = restoring.genesis(row).book
    matching.apply(book, journal.commands_after(instrument_id=row.pk, command_seq=0, upto=upto))
    return book


def test_a_snapshot_is_kept_packed_and_one_of_a_release_that_did_not_pack_is_read_too(market, monkeypatch):
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", 1)
    for ticks in range(100):
        market.place("BUY", 1, f"9.{ticks:02}")
    market.drain()
    instrument = Instrument.objects.get(symbol="ACME")
    taken = BookSnapshot.objects.latest("command_seq")
    book = restoring.restore(instrument.pk).book
    assert taken.state == matching.snapshot(book)
    with connection.cursor() as cursor:
        cursor.execute("SELECT octet_length(state) FROM market_booksnapshot WHERE id = %s", [taken.pk])
        assert cursor.fetchone()[0] < len(taken.state)
        cursor.execute("UPDATE market_booksnapshot SET state = %s WHERE id = %s", [bytes(taken.state), taken.pk])
    assert matching.digest(restoring.restore(instrument.pk).book) == matching.digest(book)
    assert verification.verify(instrument).fault == ""
    with connection.cursor() as cursor:
        cut = zlib.compress(taken.state, 1)[:-1]
        cursor.execute("UPDATE market_booksnapshot SET state = %s WHERE id = %s", [cut, taken.pk])
    assert verification.verify(instrument).fault != ""
