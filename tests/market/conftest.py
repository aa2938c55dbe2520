"""Ways of doing harm."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests.market_place import MarketPlace

Tamper = Callable[[str], None]


@pytest.fixture
def tamper(market: MarketPlace) -> Tamper:
    """Run a statement that the tables which only grow would refuse, as somebody with the keys to them could."""

    def run(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_grows'")
            tables = [row[0] for row in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER only_grows")
            cursor.execute(statement)
            assert cursor.rowcount > 0, "something was changed"
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER only_grows")

    return run
