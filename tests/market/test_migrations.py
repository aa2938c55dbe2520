"""A database of the last release is taken over with everything in it."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from market.matcher import restoring, verification
from market.matcher.drain import Matcher
from market.models import Book, BookSnapshot, Instrument, JournalTerms, OrderTerms
from market.selectors import depth
from market.selectors import orders as own_orders
from market.services import orders
from tests.market_place import MarketPlace
from vocabulary.orders import OrdStatus

BEFORE_TERMS, NEWEST = [("market", "0002_storage")], [("market", "0010_fees_and_ledger")]
SNAPSHOT_OF_THE_FIRST_LAYOUT = b"MOPSBOOK" + (1).to_bytes(8, "little") + bytes(56)


def migrate(target: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(target)


@pytest.fixture
def market_of_the_last_release(market: MarketPlace) -> Iterator[MarketPlace]:
    """A market that has traded, in the tables of the last release, with a snapshot that only its core could read."""
    market.trade(10)
    market.place("BUY", 5, "9.00")
    market.place("SELL", 4, "11.00")
    market.drain()
    market.place("BUY", 2, "9.00")
    migrate(BEFORE_TERMS)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE market_book SET engine_version = 1, snapshot_command_seq = command_seq")
        cursor.execute(
            "INSERT INTO market_booksnapshot"
            " (instrument_id, command_seq, state, state_digest, chained_digest, taken_at)"
            " SELECT instrument_id, command_seq, %s, digest, digest, now() FROM market_book",
            [SNAPSHOT_OF_THE_FIRST_LAYOUT],
        )
    try:
        yield market
    finally:
        migrate(NEWEST)


def test_a_market_of_the_last_release_trades_on_and_its_journal_still_verifies(market_of_the_last_release):
    market = market_of_the_last_release
    migrate(NEWEST)
    row, instrument = Book.objects.get(), Instrument.objects.get(symbol="ACME")
    assert (row.engine_version, row.snapshot_command_seq, row.resumes_plainly) == (2, 0, True)
    assert (instrument.static_band_bps, instrument.dynamic_band_bps, instrument.volatility_auction_s) == (0, 0, 30)
    assert not BookSnapshot.objects.exists()
    assert restoring.restore(instrument.pk).digest == bytes(row.digest)
    assert verification.verify(instrument).fault == ""

    market.matcher = Matcher()
    assert market.drain() == 1
    assert [level.quantity for level in depth.of("ACME", levels=5).bids] == [7]
    iceberg = market.place("BUY", 100, "9.50", display_qty=10).order
    market.drain()
    assert own_orders.access_order(iceberg.order_id, actor=market.trader).ord_status is OrdStatus.NEW
    assert (OrderTerms.objects.count(), JournalTerms.objects.count()) == (1, 1)
    orders.cancel(iceberg.order_id, actor=market.trader)
    market.drain()
    assert verification.verify(instrument).fault == ""
