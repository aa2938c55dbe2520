"""The statements of the order path are planned once for a connection."""

from django.db import connection

PLANNED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
ORDERS = 6


def test_an_order_is_taken_on_and_matched_by_statements_that_the_server_has_planned_before(market):
    for _ in range(ORDERS):
        market.house_places("SELL", 1, "10.00")
        market.drain()
    with connection.cursor() as cursor:
        for written in ("market_clordiduse", "market_inboxcommand", "market_attempt", "market_batch"):
            cursor.execute(PLANNED, [f"%INSERT INTO {written}%"])
            assert cursor.fetchone() != (0,), written
