"""Reading what staff have asked of the money of accounts."""

from django.db.models import QuerySet

from access.records import Actor
from market.errors import NotFound, NotPermitted
from market.models import Movement
from market.models.movement import MovementStatus
from market.records import MovementRecord
from vocabulary.roles import Role
from vocabulary.units import plain


def by_reference(reference: str) -> MovementRecord:
    """The movement with this reference. Raises NotFound. For services: it asks nobody's leave."""
    found = _records(Movement.objects.filter(reference=reference))
    if not found:
        raise NotFound("There is no such movement.", field="reference")
    return found[0]


def newest(*, actor: Actor, count: int, waiting: bool = False) -> list[MovementRecord]:
    """The newest movements, newest first; only those that wait for a second person if asked. Raises NotPermitted."""
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff see the movements of accounts.")
    rows = Movement.objects.order_by("-id")
    if waiting:
        rows = rows.filter(status=MovementStatus.WAITING)
    return _records(rows[:count])


def _records(rows: "QuerySet[Movement]") -> list[MovementRecord]:
    return [
        MovementRecord(
            reference=row.reference,
            kind=row.kind,
            account=row.account.number,
            amount=plain(row.amount),
            note=row.note,
            status=row.status,
            proposed_by=row.proposed_by.username,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by.username if row.decided_by else None,
            decided_at=row.decided_at,
        )
        for row in rows.select_related("account", "proposed_by", "decided_by")
    ]
