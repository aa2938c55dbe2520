"""Writing the audit log."""

from django.db import transaction

from access import hash_chain
from access.models import AuditEntry
from access.records import Actor

TABLE = "access_auditentry"


def record(*, actor: Actor, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry. Call it at the end of the act's own transaction, so that neither stands alone.

    Entries are chained one after the other: until the transaction ends, no other act can be recorded.
    """
    _append(
        AuditEntry(
            actor_id=actor.user_id,
            actor_name=actor.username,
            door=actor.door,
            address=actor.address,
            action=action,
            subject=subject,
            detail=detail,
        )
    )


def record_system(*, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry for an act of the exchange itself, such as its first set-up."""
    _append(
        AuditEntry(actor=None, actor_name="marketops", door="system", action=action, subject=subject, detail=detail)
    )


def _append(entry: AuditEntry) -> None:
    with transaction.atomic():
        previous = hash_chain.lock_head(TABLE)
        entry.digest = hash_chain.link(previous, entry.chained_values)
        entry.save(force_insert=True)
