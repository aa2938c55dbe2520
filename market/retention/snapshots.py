"""Thinning old snapshots: a quiet book leaves one whenever it rests, and a few of them are enough to start from."""

from datetime import UTC, datetime, timedelta

from market import journal_places
from market.models import BookSnapshot, Instrument
from vocabulary import limits


def thin(*, now: datetime | None = None) -> int:
    """Delete snapshots older than a day that stand closer to one another than a busy book's; how many went.

    A book's newest stays, and the one where its journal begins.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=limits.SNAPSHOTS_KEPT_DAYS)
    return sum(_thin(instrument_id, before=before) for instrument_id in Instrument.objects.values_list("pk", flat=True))


def _thin(instrument_id: int, *, before: datetime) -> int:
    kept = journal_places.start_of(instrument_id).command_seq
    snapshots = BookSnapshot.objects.filter(instrument_id=instrument_id, command_seq__gt=kept).order_by("command_seq")
    places = list(snapshots.values_list("command_seq", "taken_at"))
    superfluous = []
    for command_seq, taken_at in places[:-1]:
        if taken_at < before and command_seq - kept < limits.SNAPSHOT_EVERY_COMMANDS:
            superfluous.append(command_seq)
        else:
            kept = command_seq
    BookSnapshot.objects.filter(instrument_id=instrument_id, command_seq__in=superfluous).delete()
    return len(superfluous)
