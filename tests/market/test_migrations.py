"""A database of the last release is taken over with everything in it."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

import matching
from launch.options import PROJECT
from market.auditing import LAWS
from market.matcher import restoring, verification
from market.matcher.drain import Matcher
from market.models import Batch, Book, BookSnapshot, Instrument, JournalTerms, OrderTerms
from market.selectors import depth
from market.selectors import orders as own_orders
from market.services import orders
from tests.market_place import MarketPlace
from tests.running_system import wait_until
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

BEFORE_TERMS, WITH_TERMS = [("market", "0002_storage")], [("market", "0003_order_terms")]
BEFORE_SUMS = [("market", "0014_corporate_actions")]
SNAPSHOT_OF_THE_FIRST_LAYOUT = b"MOPSBOOK" + (1).to_bytes(8, "little") + bytes(56)


def migrate(target: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(target)


def migrate_to_the_newest() -> None:
    migrate([node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] == "market"])


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
        migrate_to_the_newest()


def test_a_market_of_the_last_release_trades_on_and_its_journal_still_verifies(market_of_the_last_release):
    market = market_of_the_last_release
    migrate_to_the_newest()
    row, instrument = Book.objects.get(), Instrument.objects.get(symbol="ACME")
    assert (row.engine_version, row.snapshot_command_seq, row.resumes_plainly) == (2, 0, True)
    assert (instrument.static_band_bps, instrument.dynamic_band_bps, instrument.volatility_auction_s) == (0, 0, 30)
    assert not BookSnapshot.objects.exists()
    assert restoring.restore(instrument.pk).digest == bytes(row.digest)
    assert verification.verify(instrument).fault == ""

    market.matcher = Matcher()
    assert market.drain() == 2, "the newer engine says so in the journal, then takes the order that waited"
    assert Book.objects.get().engine_version == matching.ENGINE_VERSION
    assert verification.verify(instrument).fault == ""
    assert [level.quantity for level in depth.of("ACME", levels=5).bids] == [7]
    iceberg = market.place("BUY", 100, "9.50", display_qty=10).order
    market.drain()
    assert own_orders.access_order(iceberg.order_id, actor=market.trader).ord_status is OrdStatus.NEW
    assert (OrderTerms.objects.count(), JournalTerms.objects.count()) == (1, 1)
    orders.cancel(iceberg.order_id, actor=market.trader)
    market.drain()
    assert verification.verify(instrument).fault == ""


@pytest.fixture
def market_before_journals_were_guarded(market: MarketPlace) -> Iterator[MarketPlace]:
    """A market that has traded, and has orders waiting, in the tables that knew neither seals nor exports."""
    market.trade(10)
    market.place("BUY", 5, "9.00")
    market.place("BUY", 50, "9.50", display_qty=10)
    market.drain()
    waiting = market.place("BUY", 2, "9.00")
    assert waiting.is_accepted
    migrate(WITH_TERMS)
    try:
        yield market
    finally:
        migrate_to_the_newest()


def test_a_journal_written_before_there_were_seals_verifies_and_goes_on_with_seals(market_before_journals_were_guarded):
    market = market_before_journals_were_guarded
    migrate_to_the_newest()
    instrument = Instrument.objects.get(symbol="ACME")
    assert set(Batch.objects.values_list("seal", flat=True)) == {None}
    market.matcher = Matcher()
    assert market.drain() == 1
    assert [batch.seal is None for batch in Batch.objects.order_by("book_version")] == [True, True, False]
    assert verification.verify(instrument).fault == ""


@pytest.fixture
def market_that_looked_at_every_open_order(market: MarketPlace) -> Iterator[MarketPlace]:
    """A market with orders that rest, are linked, and wait, in the tables that knew no sums of what they reserve."""
    market.trade(100)
    market.place("BUY", 5, "9.00")
    market.place("SELL", 40, "11.00")
    pair = [market.ticket("SELL", 30, "12.00"), market.ticket("SELL", 20, "13.00")]
    assert all(receipt.is_accepted for receipt in orders.place_oco(*pair, actor=market.trader))
    market.drain()
    market.place("BUY", 2, "9.00")
    migrate(BEFORE_SUMS)
    try:
        yield market
    finally:
        migrate_to_the_newest()


def test_accounts_can_spend_and_sell_as_much_once_sums_are_kept_of_what_their_orders_reserve(
    market_that_looked_at_every_open_order,
):
    market = market_that_looked_at_every_open_order
    migrate_to_the_newest()
    assert [law.name for law in LAWS if any(law.look(piece).differing for piece in law.pieces())] == []
    assert market.place("SELL", 31, "14.00").reject is RejectReason.INSUFFICIENT_POSITION, "40 and 30 of 100 are sold"
    assert market.place("SELL", 30, "14.00").is_accepted
    market.drain()
    assert [law.name for law in LAWS if any(law.look(piece).differing for piece in law.pieces())] == []


WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'market_position'::regclass)"


def test_a_migration_that_is_killed_half_way_is_taken_up_by_the_next_start(market_before_journals_were_guarded):
    database = connection.settings_dict
    where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{where}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE market_position IN ROW EXCLUSIVE MODE")  # the second migration stops in its middle
        migrating = subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--no-input"],
            cwd=PROJECT,
            env={**os.environ, "DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: connection_waits(cursor), within_s=60)
        finally:
            migrating.kill()
            migrating.wait()
    wait_until(lambda: not other_backends(), within_s=10)
    migrate_to_the_newest()
    market = market_before_journals_were_guarded
    market.matcher = Matcher()
    assert market.drain() == 1
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def connection_waits(cursor) -> bool:
    cursor.execute(WAITING)
    return bool(cursor.fetchone()[0])


def other_backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
