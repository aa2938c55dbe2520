"""The acknowledging transaction itself: bounded waits, and what it means when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from psycopg import errors as postgres_errors

from market import prepared, writers
from market.errors import InProgress, OutcomeUnknown, Unavailable
from market.failpoints import failpoint
from market.pipelining import Sent, pipelined
from vocabulary import limits

# A process that stands still or whose machine has gone would hold its account until TCP gives up. After a pipeline only
# the time-out of the whole transaction runs.
# What intake reads it finds by an index: a plan that the server keeps may have been made for a table that was small
# then, and would go through all of it for each order. It keeps all of them: knowing how many values come changes none.
BEGIN = """
SELECT set_config('lock_timeout', %(lock_ms)s, true), set_config('statement_timeout', %(ms)s, true),
       set_config('idle_in_transaction_session_timeout', %(ms)s, true),
       set_config('transaction_timeout', %(whole_ms)s, true),
       set_config('client_connection_check_interval', %(check_ms)s, true),
       set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config(%(setting)s, %(writer)s, true), now()
"""


@contextmanager
def acknowledging_transaction() -> Iterator[datetime]:
    """The outermost transaction whose commit is the acknowledgement; bounded waits inside. Gives the time it began.

    Raises InProgress when another request holds what this one needs, Unavailable when the database is away before the
    commit, OutcomeUnknown when it goes away during it.
    """
    is_committing = False
    try:
        with transaction.atomic(durable=True):
            began_at = _begin()
            failpoint("intake.begun")
            yield began_at
            failpoint("intake.before_commit")
            is_committing = True
        failpoint("intake.after_commit")
    except (OperationalError, InterfaceError) as error:
        raise _refusal(error, is_committing=is_committing) from error


def _begin() -> datetime:
    with pipelined():
        begun = Sent(
            BEGIN,
            {
                "lock_ms": str(limits.INTAKE_LOCK_TIMEOUT_MS),
                "ms": str(limits.INTAKE_STATEMENT_TIMEOUT_MS),
                "whole_ms": str(limits.INTAKE_STATEMENT_TIMEOUT_MS + limits.TRANSACTION_MORE_MS),
                "check_ms": str(limits.CLIENT_CHECK_MS),
                "setting": writers.SETTING,
                "writer": writers.Writer.INTAKE.value,
            },
        )
    began_at: datetime = begun.rows()[0][-1]
    return began_at


def _refusal(error: DatabaseError | InterfaceError, *, is_committing: bool) -> Exception:
    if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
        return InProgress("Another request is working on the same account or cl_ord_id; ask again.")
    if is_committing:
        return OutcomeUnknown("The outcome is not known; ask again with the same cl_ord_id.")
    return Unavailable("The exchange's database is not available; try again.")


def correlation_id() -> UUID:
    """The id that follows a command from its door to its fill: the request's own, or a new one outside a request."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    try:
        return UUID(str(bound))
    except ValueError:
        return uuid4()


def fetch(sql: str, parameters: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows that a statement gives."""
    with prepared.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
