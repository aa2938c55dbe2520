"""Reading the audit log."""

from access.models import AuditEntry
from access.records import AuditRecord


def newest(*, count: int) -> list[AuditRecord]:
    """The newest ``count`` entries, newest first."""
    return [
        AuditRecord(
            happened_at=entry.happened_at,
            actor_name=entry.actor_name,
            door=entry.door,
            address=entry.address,
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
        )
        for entry in AuditEntry.objects.order_by("-id")[:count]
    ]
