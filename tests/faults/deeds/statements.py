"""Work at whose n-th database statement something is done."""

import os
import signal
from pathlib import Path
from typing import Any

from django.db import Error, close_old_connections, connection

from market import failpoints
from market.errors import MarketError
from market.matcher.drain import Matcher
from tests.faults import statements
from tests.faults.clients import Client
from tests.faults.deeds.registry import deed


def _fail() -> None:
    """Let the statement that follows fail as one does whose time is up: nothing of its transaction remains."""
    raise_in_database = "DO $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = 'query_canceled'; END $$"
    with connection.cursor() as cursor:
        cursor.cursor.execute(raise_in_database)


def _fail_as_django_says() -> None:
    with connection.wrap_database_errors:
        _fail()


ACTS = {
    "drop": failpoints.drop_database_socket,
    "fail": _fail_as_django_says,
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "": lambda: None,
}


@deed
def send_at_statement(
    *,
    people: dict[str, Any],
    journal: str,
    symbol: str,
    name: str,
    who: str = "house_a",
    nth: int,
    act: str,
    tickets: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Place an order, or these tickets together, with something done before the n-th statement.

    How many statements there were, and the answers' codes.
    """
    client = Client(people[who], journal=Path(journal), name=name, symbol=symbol, seed=0)
    connection.ensure_connection()
    with statements.counted(nth, ACTS[act]) as seen:
        codes = client.send_together(tickets or [client.ticket()])
    return {"statements": seen.count, "codes": codes}


@deed
def drain_at_statement(*, symbol: str, nth: int, act: str, asks_redis_too: bool = False) -> dict[str, int]:
    """Drain a book with something done before the n-th statement; how many statements and commands there were."""
    connection.ensure_connection()
    sequenced = 0
    with statements.counted(nth, ACTS[act], asks_redis_too=asks_redis_too) as seen:
        try:
            sequenced = Matcher().drain(symbol)
        except (Error, MarketError):
            close_old_connections()
    return {"statements": seen.count, "sequenced": sequenced}
