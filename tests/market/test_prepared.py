"""The statements of the order path are planned once for a connection, and so that a plan stays good."""

from django.db import connection

from market import intake
from market.intake.claims import USES_BY_NUMBER

PLANNED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
ORDERS = 6
GROWING = ("market_order", "market_orderterms", "market_journalcommand", "market_journalevent")


def test_an_order_is_taken_on_and_matched_by_statements_that_the_server_has_planned_before(market):
    for _ in range(ORDERS):
        market.house_places("SELL", 1, "10.00")
        market.drain()
    with connection.cursor() as cursor:
        for written in ("market_clordiduse", "market_inboxcommand", "market_attempt", "market_batch"):
            cursor.execute(PLANNED, [f"%INSERT INTO {written}%"])
            assert cursor.fetchone() != (0,), written


def test_a_used_cl_ord_id_is_found_by_its_account_and_itself_though_few_were_used_when_that_was_planned(market):
    market.house_places("SELL", 1, "10.00")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE market_clordiduse, market_account")
    with intake.acknowledging_transaction(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {USES_BY_NUMBER.replace('%s', '$1', 1).replace('%s', '$2', 1)}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert "Index Cond: ((account_id = a.id) AND ((cl_ord_id)::text = n.cl_ord_id))" in plan, plan


def test_the_orders_of_a_batch_are_found_without_going_through_all_though_there_were_few_when_that_was_planned(market):
    for _ in range(ORDERS):
        market.house_places("SELL", 1, "10.00")
        market.drain()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE market_order, market_orderterms")
    before = gone_through()
    for _ in range(ORDERS):
        market.house_places("SELL", 1, "10.00")
        market.drain()
    assert gone_through() == before


def gone_through() -> dict[str, int]:
    """How often the tables that grow with the orders were read from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY (%s)", [list(GROWING)])
        return dict(cursor.fetchall())
