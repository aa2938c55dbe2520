"""Writing the audit log."""

from access.models import AuditEntry
from access.records import Actor


def record(*, actor: Actor, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry. Call it inside the transaction of the act itself, so that neither stands alone."""
    AuditEntry.objects.create(
        actor_id=actor.user_id,
        actor_name=actor.username,
        door=actor.door,
        address=actor.address,
        action=action,
        subject=subject,
        detail=detail,
    )


def record_system(*, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write one audit entry for an act of the exchange itself, such as its first set-up."""
    AuditEntry.objects.create(
        actor=None, actor_name="marketops", door="system", action=action, subject=subject, detail=detail
    )
