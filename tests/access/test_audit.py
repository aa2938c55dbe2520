"""The audit log: one entry for each privileged act, and no way to change one."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from access.models import AuditEntry
from access.selectors import audit
from market.errors import NotPermitted
from market.services import trading


def test_a_halt_leaves_one_entry_that_says_who_what_and_why(market):
    before = AuditEntry.objects.count()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    assert AuditEntry.objects.count() == before + 1
    (entry,) = audit.newest(count=1)
    assert (entry.actor_name, entry.action, entry.subject) == ("olivia", "instrument.halt", "ACME")
    assert entry.detail == {"reason": "news pending"}


def test_a_refused_act_leaves_none(market):
    before = AuditEntry.objects.count()
    with pytest.raises(NotPermitted):
        trading.halt("ACME", reason="news pending", actor=market.trader)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_auditentry SET actor_name = 'nobody'",
        "DELETE FROM access_auditentry",
        "TRUNCATE access_auditentry",
    ],
)
def test_the_database_refuses_to_change_the_log(market, statement):
    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
