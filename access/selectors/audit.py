"""Reading the audit log, and whether it is as it was written."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from access import audit_chain
from access.models import AuditEntry, AuditHead
from access.records import AuditHeadRecord, AuditLogVerdict, AuditRecord

CHAINED = ("actor_id", "actor_name", "door", "address", "action", "subject", "detail", "happened_at")
PIECE = 2_000
FAULTS_MAX = 20
NO_ENTRIES = AuditHeadRecord(entries=0, entry_id=0, digest=audit_chain.GENESIS)


def newest(*, count: int) -> list[AuditRecord]:
    """The newest ``count`` entries, newest first."""
    return [_record(entry) for entry in AuditEntry.objects.order_by("-id")[:count]]


def newest_of(
    actions: Collection[str], *, subjects: Collection[str], since: datetime, until: datetime, count: int
) -> list[AuditRecord]:
    """The newest ``count`` entries of such acts on these subjects in that time, newest first."""
    found = AuditEntry.objects.filter(
        action__in=actions, subject__in=subjects, happened_at__gte=since, happened_at__lt=until
    )
    return [_record(entry) for entry in found.order_by("-happened_at", "-id")[:count]]


def has_recent(*, action: str, subject: str, within: timedelta) -> bool:
    """Whether such an act was recorded not longer ago than that."""
    since = datetime.now(UTC) - within
    return AuditEntry.objects.filter(action=action, subject=subject, happened_at__gte=since).exists()


def head() -> AuditHeadRecord:
    """Where the log ends now."""
    row = AuditHead.objects.filter(pk=1).first()
    return NO_ENTRIES if row is None else AuditHeadRecord(row.entries, row.entry_id, bytes(row.digest))


def verify(*, kept: Iterable[AuditHeadRecord] = (), count: int | None = None) -> AuditLogVerdict:
    """Recompute the chain, and compare it with the head and with the heads that were ``kept`` outside the database.

    All of it, or only the newest ``count`` entries. Entries that are written meanwhile are left for the next time, and
    no transaction is held over more than a piece of the log.
    """
    end = head()
    faults: list[str] = []
    wanted = {one.entry_id: one for one in kept if count is None}
    seen, digest, last_id = 0, audit_chain.GENESIS, 0
    for predecessor, entry in _in_order(upto=end.entry_id, count=count):
        seen, last_id = seen + 1, entry.pk
        digest = bytes(entry.digest)
        if digest != _recomputed(entry, predecessor=predecessor):
            faults.append(f"entry {entry.pk} is not as it was written, or not behind the one it was written after")
        earlier = wanted.pop(entry.pk, None)
        if earlier is not None and (earlier.digest, earlier.entries) != (digest, seen):
            faults.append(f"entry {entry.pk} is not the one that was the log's head before")
    if (last_id, digest) != (end.entry_id, end.digest) or (count is None and seen != end.entries):
        faults.append(f"the log ends at entry {last_id}, {seen} in all; its head says {end.entry_id}, {end.entries}")
    faults += [f"entry {missing} was the log's head before and is gone" for missing in sorted(wanted)]
    newest_id = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if newest_id < end.entry_id or newest_id > head().entry_id:
        faults.append(f"the log's newest entry is {newest_id}, which its head does not know")
    return AuditLogVerdict(entries=seen, faults=tuple(faults[:FAULTS_MAX]))


def _record(entry: AuditEntry) -> AuditRecord:
    return AuditRecord(
        happened_at=entry.happened_at,
        actor_name=entry.actor_name,
        door=entry.door,
        address=entry.address,
        action=entry.action,
        subject=entry.subject,
        detail=entry.detail,
    )


def _in_order(*, upto: int, count: int | None) -> Iterator[tuple[bytes, AuditEntry]]:
    """The entries in the order of the chain, each with the digest that the one before it has."""
    entries = AuditEntry.objects.filter(pk__lte=upto)
    predecessor, after = audit_chain.GENESIS, 0
    if count is not None:
        before = entries.order_by("-id")[count : count + 1]
        for entry in before:
            predecessor, after = bytes(entry.digest), entry.pk
    while piece := list(entries.filter(pk__gt=after).order_by("id")[:PIECE]):
        for entry in piece:
            yield predecessor, entry
            predecessor, after = bytes(entry.digest), entry.pk


def _recomputed(entry: AuditEntry, *, predecessor: bytes) -> bytes:
    fields = {name: getattr(entry, name) for name in CHAINED}
    return audit_chain.digest_of(predecessor=predecessor, entry_id=entry.pk, **fields)
