"""How PostgreSQL keeps the tables: which only grow, and how those that churn are vacuumed.

Rows of the inbox, the books, the positions and the orders are rewritten all the time. Left to the default settings,
their dead versions would slow an order down tenfold before the next vacuum.
"""

from django.db import migrations

from access.append_only import append_only

CHURNING = ("market_inboxcommand", "market_book", "market_position", "market_order")
UPDATED = ("market_book", "market_position", "market_order")
ONLY_GROW = (
    "market_journalcommand",
    "market_journalevent",
    "market_batch",
    "market_trade",
    "market_ledgerentry",
)


def vacuumed_early(table: str) -> migrations.RunSQL:
    """Vacuum after 2,000 dead rows whatever the table's size, and without pausing."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, "
        "autovacuum_vacuum_cost_delay = 0)",
        f"ALTER TABLE {table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, "
        "autovacuum_vacuum_cost_delay)",
    )


def with_room_for_updates(table: str) -> migrations.RunSQL:
    """Leave room in each page, so that a row's next version stands beside it and no index needs to know."""
    return migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = 70)", f"ALTER TABLE {table} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial"), ("access", "0002_append_only")]
    operations = [
        *(vacuumed_early(table) for table in CHURNING),
        *(with_room_for_updates(table) for table in UPDATED),
        *(append_only(table) for table in ONLY_GROW),
    ]
