"""The command about trading calendars."""

from adminshell import schedules
from adminshell.answers import Answer, Table
from adminshell.grammar import Command, Invocation, Parameter, symbol
from market.selectors import calendars as calendar_selectors
from market.services import calendars
from market.trading_calendar import CalendarRecord, TradingCalendar
from vocabulary.calendars import CalendarKind


def schedule(invocation: Invocation) -> Answer:
    """Show an instrument's trading calendar, or set it."""
    named, wanted = invocation.symbol() or "", invocation.values.get("schedule")
    if wanted is None:
        return _answer(calendar_selectors.by_symbol(named))
    assert isinstance(wanted, TradingCalendar), "the grammar has read it as a calendar"
    return _answer(calendars.set_calendar(named, wanted, actor=invocation.actor))


def _answer(record: CalendarRecord) -> Answer:
    found = record.calendar
    next_at = None if record.next_phase_at is None else f"{record.next_phase_at:%Y-%m-%d %H:%M:%S}Z"
    lines = [f"{record.symbol} {_says(found)}."]
    if record.next_phase is not None:
        lines.append(f"Next: {record.next_phase.name} at {next_at}.")
    if found.holidays:
        lines.append(f"Closed on {', '.join(day.isoformat() for day in sorted(found.holidays))}.")
    rows = [line.split(" ") for line in schedules.in_words(found)]
    document = {
        "symbol": record.symbol,
        **schedules.document(found),
        "next_phase": None if record.next_phase is None else record.next_phase.name,
        "next_phase_at": next_at,
    }
    tables = [Table(["days", "time", "phase"], rows)] if rows else []
    return Answer(document, sentences=lines, tables=tables)


def _says(found: TradingCalendar) -> str:
    if found.kind is CalendarKind.ALWAYS_OPEN:
        return f"is always open; its day ends at {found.day_ends:%H:%M} {found.zone}"
    if found.kind is CalendarKind.COMPRESSED:
        return f"has a trading day of {found.day_s} seconds, again and again"
    return f"trades in sessions, in the time of {found.zone}"


COMMANDS = (
    Command(
        "schedule",
        f"Show an instrument's trading calendar, or set it: {schedules.USAGE}.",
        schedule,
        [
            Parameter("symbol", symbol),
            Parameter("schedule", schedules.calendar, is_optional=True, takes_rest=True),
        ],
    ),
)
