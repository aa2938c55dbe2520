"""Ways of doing harm."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests.emptying import guards_of_tables
from tests.market_place import MarketPlace

Tamper = Callable[[str], None]


@pytest.fixture
def tamper(market: MarketPlace) -> Tamper:
    """Run a statement that the tables which only grow would refuse, as somebody with the keys to them could."""

    def run(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            guards = guards_of_tables()
            for table, guard in guards:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
            cursor.execute(statement)
            assert cursor.rowcount > 0, "something was changed"
            for table, guard in guards:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")

    return run
