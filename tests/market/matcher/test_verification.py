"""Nobody changes the past unnoticed: a journal verifies, and one with any column of any row changed does not."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from market import journal
from market.journal import COMMAND_COLUMNS, EVENT_COLUMNS, TERMS_COLUMNS
from market.matcher import verification
from market.models import Batch, BookSnapshot, Instrument, JournalCommand, JournalEvent, JournalTerms, Trade
from market.services import fees, orders, trading
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.fees import FeeRates

TRADE_COLUMNS = (
    "instrument_id",
    "trade_seq",
    "command_seq",
    "event_seq",
    "price_ticks",
    "quantity_lots",
    "aggressor_side",
    "buy_order_id",
    "sell_order_id",
    "buy_account_id",
    "sell_account_id",
    "buy_fee_micros",
    "sell_fee_micros",
)
UNITS_OF_TIME = ["1 microsecond", "1 day"]
KEYS = ("instrument_id", "command_seq", "event_seq", "trade_seq", "book_version")
JOURNAL = [
    *(("market_journalcommand", column) for column in ("instrument_id", "command_seq", *COMMAND_COLUMNS, "inbox_id")),
    *(("market_journalterms", column) for column in ("instrument_id", "command_seq", *TERMS_COLUMNS)),
    *(("market_trade", column) for column in TRADE_COLUMNS),
    *(("market_journalevent", column) for column in ("instrument_id", *EVENT_COLUMNS, "transact_time_ns")),
    *(
        ("market_batch", column)
        for column in ("instrument_id", "book_version", "first_command_seq", "last_command_seq", "first_event_seq")
    ),
    ("market_batch", "last_event_seq"),
    ("market_book", "book_version"),
    ("market_book", "command_seq"),
    ("market_book", "event_seq"),
    ("market_book", "trade_seq"),
    ("market_booksnapshot", "command_seq"),
]
DIGESTS = [
    ("market_batch", "digest"),
    ("market_batch", "seal"),
    ("market_book", "digest"),
    ("market_booksnapshot", "state"),
    ("market_booksnapshot", "state_digest"),
    ("market_booksnapshot", "chained_digest"),
]


@pytest.fixture
def history(market: MarketPlace, monkeypatch) -> MarketPlace:
    """A market in which everything has happened that a journal can hold, with snapshots on the way."""
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", 2)
    market.trade(10)
    resting = market.place("BUY", 10, "9.00").order.order_id
    market.drain()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    orders.cancel(resting, actor=market.trader)
    market.drain()
    fees.set_schedule("ACME", FeeRates(maker_bps=Decimal(-1), taker_bps=Decimal(2)), actor=market.operator)
    trading.resume("ACME", actor=market.operator)
    market.trade(5)
    for price in ("9.00", "9.01", "9.02"):
        market.place("BUY", 100, price, display_qty=10)
    market.drain()
    assert BookSnapshot.objects.count() >= 4
    return market


def fault() -> str:
    return verification.verify(Instrument.objects.get(symbol="ACME")).fault


def test_an_untouched_journal_verifies(history):
    assert fault() == ""


@pytest.mark.parametrize(("table", "column"), JOURNAL)
@pytest.mark.parametrize("by", [1, 2**16], ids=["a-little", "by-65536"])
def test_a_number_changed_in_any_column_is_found(history, tamper, table, column, by):
    tamper(f"UPDATE {table} SET {column} = {column} + {by * 1_000_000 if column in KEYS else by} WHERE {chosen(table)}")
    assert fault() != ""


@pytest.mark.parametrize(("table", "column"), DIGESTS)
def test_a_byte_changed_in_any_digest_or_snapshot_is_found(history, tamper, table, column):
    flipped = f"set_byte({column}, octet_length({column}) - 1, 255 - get_byte({column}, octet_length({column}) - 1))"
    tamper(f"UPDATE {table} SET {column} = {flipped} WHERE {chosen(table)}")
    assert fault() != ""


@pytest.mark.parametrize(("table", "column"), [("market_batch", "committed_at"), ("market_trade", "executed_at")])
@pytest.mark.parametrize("by", UNITS_OF_TIME)
def test_a_time_changed_is_found(history, tamper, table, column, by):
    tamper(f"UPDATE {table} SET {column} = {column} + interval '{by}' WHERE {chosen(table)}")
    assert fault() != ""


@pytest.mark.parametrize("change", ["worker = worker || 'x'", "batch_uuid = gen_random_uuid()"])
def test_a_change_of_who_committed_is_found(history, tamper, change):
    tamper(f"UPDATE market_batch SET {change} WHERE {chosen('market_batch')}")
    assert fault() != ""


def test_no_column_of_the_journal_is_left_out_of_these():
    """All but the rows' own numbers, which say nothing of the market."""
    covered = {*JOURNAL, *DIGESTS, ("market_batch", "committed_at"), ("market_trade", "executed_at")}
    covered |= {("market_batch", "worker"), ("market_batch", "batch_uuid")}
    for model in (JournalCommand, JournalTerms, JournalEvent, Batch, Trade):
        columns = {(model._meta.db_table, field.column) for field in model._meta.concrete_fields}
        assert columns - {(model._meta.db_table, "id")} <= covered


def test_events_that_the_book_never_gave_are_found_behind_its_last_one(history, tamper):
    columns = ", ".join(("instrument_id", *(name for name in EVENT_COLUMNS if name != "event_seq"), "transact_time_ns"))
    tamper(
        f"INSERT INTO market_journalevent (event_seq, {columns})"
        f" SELECT event_seq + 1, {columns} FROM market_journalevent ORDER BY event_seq DESC LIMIT 1"
    )
    assert fault() == "the journal does not end where the book's row does"


def test_a_journal_is_read_in_pieces_and_told_of_as_it_goes(history, monkeypatch):
    monkeypatch.setattr(journal, "PIECE_COMMANDS", 3)
    told: list[tuple[int, int]] = []
    verdict = verification.verify(
        Instrument.objects.get(symbol="ACME"), on_progress=lambda done, total: told.append((done, total))
    )
    assert (verdict.fault, verdict.commands, verdict.snapshots) == ("", 11, 4)
    assert len(told) > 2
    assert told[-1] == (11, 11)
    assert told == sorted(told)


@pytest.mark.parametrize(
    "table", ["market_journalterms", "market_trade", "market_journalcommand", "market_journalevent", "market_batch"]
)
def test_a_row_taken_out_is_found(history, tamper, table):
    tamper(f"DELETE FROM {table} WHERE {chosen(table)}")
    assert fault() != ""


def test_the_command_prints_a_line_for_each_book_and_fails_when_one_does_not_hold(history, tamper):
    history.list("BOLT")
    shown = StringIO()
    call_command("journal", "verify", stdout=shown)
    assert [line.split()[-1] for line in shown.getvalue().splitlines()] == ["verdict", "clean", "clean"]
    tamper("UPDATE market_journalevent SET leaves_qty_lots = leaves_qty_lots + 1 WHERE event_seq = 2")
    with pytest.raises(CommandError, match=r"1 journal\(s\) do not hold"):
        call_command("journal", "verify", stdout=StringIO())
    call_command("journal", "verify", "BOLT", stdout=StringIO())


def chosen(table: str) -> str:
    """One row in the middle of a table's."""
    if table == "market_book":
        return "true"
    return f"id = (SELECT id FROM {table} ORDER BY id OFFSET 1 LIMIT 1)"
