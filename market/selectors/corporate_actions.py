"""Reading what staff have asked to become of all positions in an instrument."""

from django.db.models import QuerySet

from access.records import Actor
from market.errors import NotFound, NotPermitted
from market.models import CorporateAction
from market.models.corporate_action import CorporateActionStatus
from market.records import CorporateActionRecord
from vocabulary.roles import Role
from vocabulary.units import plain


def by_reference(reference: str) -> CorporateActionRecord:
    """The corporate action with this reference. Raises NotFound. For services: it asks nobody's leave."""
    found = _records(CorporateAction.objects.filter(reference=reference))
    if not found:
        raise NotFound("There is no such corporate action.", field="reference")
    return found[0]


def newest(*, actor: Actor, count: int, waiting: bool = False) -> list[CorporateActionRecord]:
    """The newest actions, newest first; only those that wait for a second person if asked. Raises NotPermitted."""
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff see corporate actions.")
    rows = CorporateAction.objects.order_by("-id")
    if waiting:
        rows = rows.filter(status=CorporateActionStatus.WAITING)
    return _records(rows[:count])


def _records(rows: "QuerySet[CorporateAction]") -> list[CorporateActionRecord]:
    return [
        CorporateActionRecord(
            reference=row.reference,
            kind=row.kind,
            symbol=row.instrument.symbol,
            amount=None if row.amount is None else plain(row.amount),
            new_units=row.new_units,
            old_units=row.old_units,
            note=row.note,
            status=row.status,
            proposed_by=row.proposed_by.username if row.proposed_by else None,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by.username if row.decided_by else None,
            decided_at=row.decided_at,
        )
        for row in rows.select_related("instrument", "proposed_by", "decided_by")
    ]
