"""Orders, positions, trades and journals are written by intake and the matcher alone; all others are refused."""

import pytest
from django.db import IntegrityError, connection, transaction

from market import writers
from market.models import Order, Position
from market.writers import Writer
from tests.market_place import MarketPlace

WRITTEN_BY = {
    "market_batch": {Writer.MATCHER, Writer.RETENTION},
    "market_journalcommand": {Writer.MATCHER, Writer.RETENTION},
    "market_journalevent": {Writer.MATCHER, Writer.RETENTION},
    "market_journalexport": {Writer.RETENTION},
    "market_journalterms": {Writer.MATCHER, Writer.RETENTION},
    "market_order": {Writer.INTAKE, Writer.MATCHER},
    "market_orderterms": {Writer.INTAKE, Writer.MATCHER},
    "market_position": {Writer.MATCHER, Writer.STAFF},
    "market_positiontransfer": {Writer.STAFF},
    "market_reservation": {Writer.INTAKE, Writer.MATCHER},
    "market_trade": {Writer.MATCHER, Writer.RETENTION},
}
STATEMENTS = {
    "insert": "INSERT INTO {0} SELECT * FROM {0}",
    "update": "UPDATE {0} SET {1} = {1}",
    "delete": "DELETE FROM {0}",
    "truncate": "TRUNCATE {0}",
}


@pytest.fixture
def traded(market: MarketPlace) -> MarketPlace:
    """A market with a row in each of the tables but the exports."""
    market.trade(10)
    market.place("BUY", 10, "9.00", display_qty=5)
    market.drain()
    return market


def rows_of(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return list(cursor.fetchall())


def attempt(statement: str, table: str, *, writer: Writer | None) -> None:
    column = "order_id" if table == "market_orderterms" else "id"
    with transaction.atomic(), connection.cursor() as cursor:
        if writer is not None:
            writers.claim(writer)
        cursor.execute(STATEMENTS[statement].format(table, column))


def test_these_are_the_tables_that_know_their_writers(traded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'by_its_writer' ORDER BY 1")
        assert [row[0] for row in cursor.fetchall()] == sorted(WRITTEN_BY)


@pytest.mark.parametrize("table", WRITTEN_BY)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_whoever_is_not_the_writer_is_refused_and_nothing_changes(traded, table, statement):
    before = rows_of(table)
    for writer in {None, *Writer} - WRITTEN_BY[table]:
        with pytest.raises(IntegrityError, match=rf"{statement.upper()} of {table} is refused: only"):
            attempt(statement, table, writer=writer)
    assert rows_of(table) == before


def test_the_orm_is_refused_as_anybody_else(traded):
    for statement in (Order.objects.filter(pk=1).delete, lambda: Position.objects.update(quantity_lots=10**6)):
        with pytest.raises(IntegrityError, match="is refused: only"), transaction.atomic():
            statement()


def test_the_word_is_forgotten_with_its_transaction(traded):
    with transaction.atomic():
        writers.claim(Writer.MATCHER)
    with pytest.raises(IntegrityError, match="is refused: only"):
        attempt("update", "market_position", writer=None)


def test_what_no_export_holds_is_not_deleted_by_the_one_who_deletes_what_was_exported(traded):
    for table in (
        "market_journalcommand",
        "market_journalevent",
        "market_journalterms",
        "market_batch",
        "market_trade",
    ):
        before = rows_of(table)
        with pytest.raises(IntegrityError, match=f"{table} only grows: DELETE is refused for what no export holds"):
            attempt("delete", table, writer=Writer.RETENTION)
        assert rows_of(table) == before
