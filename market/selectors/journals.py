"""Reading where the journals of the books begin, and how their verification stands."""

from datetime import UTC, datetime

from market.errors import UnknownSymbol
from market.models import Instrument, JournalCheck, JournalExport
from market.records import JournalCheckRecord, JournalStartRecord


def journal_start(symbol: str) -> JournalStartRecord:
    """The first command and the first event that a book's journal still holds: 1 unless older ones were exported.

    What is older has expired: it stands in exports only. Raises NotFound.
    """
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    ends = JournalExport.objects.filter(instrument_id=instrument.pk).order_by("-last_command_seq")
    command_seq, event_seq = ends.values_list("last_command_seq", "last_event_seq").first() or (0, 0)
    return JournalStartRecord(symbol, command_seq + 1, event_seq + 1)


def checks() -> list[JournalCheckRecord]:
    """How the background verification stands with each book that it has looked into, by symbol."""
    now = datetime.now(UTC)
    found = JournalCheck.objects.order_by("instrument__symbol").values_list(
        "instrument__symbol", "command_seq", "rounds", "checked_at", "fault"
    )
    return [
        JournalCheckRecord(symbol, command_seq, rounds, max(0.0, (now - checked_at).total_seconds()), fault)
        for symbol, command_seq, rounds, checked_at, fault in found
    ]
