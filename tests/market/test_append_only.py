"""What has happened stays: the database itself refuses to change or delete it, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from market import writers

ONLY_GROW = [
    "access_auditentry",
    "market_accountevent",
    "market_batch",
    "market_classresult",
    "market_feeschedule",
    "market_journalcommand",
    "market_journalevent",
    "market_journalexport",
    "market_journalterms",
    "market_ledgerentry",
    "market_positiontransfer",
    "market_quarantine",
    "market_trade",
]


def test_these_are_the_tables_that_only_grow(market):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_grows' ORDER BY 1")
        assert [row[0] for row in cursor.fetchall()] == ONLY_GROW


EMPTY_HERE = (
    "market_accountevent",
    "market_classresult",
    "market_journalexport",
    "market_positiontransfer",
    "market_quarantine",
)
WITH_ROWS = [table for table in ONLY_GROW if table not in EMPTY_HERE]


@pytest.mark.parametrize("table", WITH_ROWS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_row_written_stays_as_it_is(market, table, statement):
    market.list("COST", taker_bps="1")
    market.trade(10)
    market.place("BUY", 10, "9.00", display_qty=5)
    market.drain()
    before = rows_of(table)
    assert before
    with pytest.raises(IntegrityError, match=rf"{table} only grows"):
        attempt(statement.format(table))
    assert rows_of(table) == before


def attempt(statement: str) -> None:
    """Run it in the name of the one who may at least write."""
    with transaction.atomic(), connection.cursor() as cursor:
        writers.claim(writers.Writer.MATCHER)
        cursor.execute(statement)


def rows_of(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return list(cursor.fetchall())
