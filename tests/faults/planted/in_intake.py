"""Mistakes that could be made where orders are taken on."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from access.records import Actor
from market import intake
from market.records import OrderTicket
from market.services import placing
from tests.faults.planted.put import put

FORGET_CLOSED = """
DELETE FROM market_clordiduse c USING market_order o, market_account a
 WHERE o.id = c.order_id AND NOT o.is_open AND a.id = c.account_id AND a.number = ANY(%s) AND c.cl_ord_id = ANY(%s)
"""


def answer_before_the_commit() -> None:
    """The answer leaves before the commit: a transaction is committed when the next one begins."""
    genuine = intake.acknowledging_transaction
    uncommitted: list[AbstractContextManager[None]] = []

    @contextmanager
    def early() -> Iterator[None]:
        while uncommitted:
            uncommitted.pop().__exit__(None, None, None)
        transaction = genuine()
        transaction.__enter__()
        try:
            yield
        except BaseException:
            transaction.__exit__(*sys.exc_info())
            raise
        uncommitted.append(transaction)

    put(intake, "acknowledging_transaction", early)


def commits_are_not_waited_for() -> None:
    """A commit is answered before it is on the disk (synchronous_commit = off)."""

    def hurry(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")

    connection_created.connect(hurry, weak=False)


def ids_are_kept_for_open_orders_only() -> None:
    """A ClOrdID is unique among open orders, and free again once its order has closed."""

    class NewAmongOpen(intake.NewIds):
        def __init__(self, named: Sequence[tuple[str, str]]) -> None:
            with connection.cursor() as cursor:
                cursor.execute(FORGET_CLOSED, [[number for number, _ in named], [name for _, name in named]])
            super().__init__(named)

    put(intake, "NewIds", NewAmongOpen)


def accounts_are_locked_as_they_come() -> None:
    """Accounts are locked in the order of the tickets, not in one order for everybody."""
    genuine = placing.place_all

    def place_all(order_tickets: Sequence[OrderTicket], *, actor: Actor, **options: Any) -> Any:
        for number in dict.fromkeys(ticket.account for ticket in order_tickets):
            intake.lock_accounts([number], actor=actor)
        return genuine(order_tickets, actor=actor, **options)

    put(placing, "place_all", place_all)
