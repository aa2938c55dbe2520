"""Writing the audit log, each entry chained to the one before it."""

import json
from datetime import UTC, datetime

from django.db import connection, transaction

from access import audit_chain
from access.records import Actor

CHAIN_LOCK = 0x61756469
"""The advisory lock under which entries are chained; held until the transaction of the act ends."""

STAND = """
SELECT nextval(pg_get_serial_sequence('access_auditentry', 'id')),
       (SELECT digest FROM access_audithead WHERE id = 1)
"""
WRITE = """
WITH entry AS (
    INSERT INTO access_auditentry
           (id, happened_at, actor_id, actor_name, door, address, action, subject, detail, digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)
 RETURNING id, digest
)
INSERT INTO access_audithead AS head (id, entries, entry_id, digest)
SELECT 1, 1, entry.id, entry.digest FROM entry
    ON CONFLICT (id) DO UPDATE SET entries = head.entries + 1, entry_id = excluded.entry_id, digest = excluded.digest
"""


def record(*, actor: Actor, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry. Call it inside the transaction of the act itself, so that neither stands alone.

    Entries of other acts wait for that transaction to end: let it be the last that the act does.
    """
    _write(actor.user_id, actor.username, actor.door, actor.address, action, subject, detail)


def record_system(*, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry for an act of the exchange itself, such as its first set-up."""
    _write(None, "marketops", "system", "", action, subject, detail)


def _write(
    actor_id: int | None,
    actor_name: str,
    door: str,
    address: str,
    action: str,
    subject: str,
    detail: dict[str, object],
) -> None:
    facts = json.dumps(detail)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        cursor.execute(STAND)  # a statement of its own, so that it sees what was committed while it waited
        entry_id, predecessor = cursor.fetchone()
        happened_at = datetime.now(UTC)
        digest = audit_chain.digest_of(
            predecessor=audit_chain.GENESIS if predecessor is None else bytes(predecessor),
            entry_id=entry_id,
            happened_at=happened_at,
            actor_id=actor_id,
            actor_name=actor_name,
            door=door,
            address=address,
            action=action,
            subject=subject,
            detail=json.loads(facts),
        )
        row = [entry_id, happened_at, actor_id, actor_name, door, address, action, subject, facts, digest]
        cursor.execute(WRITE, row)
