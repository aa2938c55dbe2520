"""Trading calendars: which phase holds when, as pure arithmetic on dates and zones. No clock, no database.

A local time that a clock change leaves out comes when the clocks jump over it; one that it repeats, the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vocabulary.calendars import CalendarKind, Weekdays
from vocabulary.phases import TradingPhase

UTC_ZONE = "UTC"
MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
HORIZON_DAYS = 400
"""How far a calendar looks ahead and back: beyond a year of holidays there is nothing to find."""


class SessionTime(NamedTuple):
    """A phase and the time at which it begins: local, on those days of the week; from a compressed day's beginning."""

    weekdays: Weekdays
    at: time
    phase: TradingPhase


@dataclass(frozen=True, slots=True)
class TradingCalendar:
    """An instrument's calendar, as an operator has set it.

    ``day_ends`` is when DAY orders expire where the calendar never closes. ``day_s`` is the length in seconds of a
    compressed day, and ``began_at`` the beginning of the first one.
    """

    kind: CalendarKind = CalendarKind.ALWAYS_OPEN
    zone: str = UTC_ZONE
    day_ends: time = MIDNIGHT
    times: tuple[SessionTime, ...] = ()
    holidays: frozenset[date] = frozenset()
    day_s: int = 0
    began_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def closes(self) -> bool:
        """Whether the calendar has a phase that ends the day."""
        return any(entry.phase is TradingPhase.CLOSED for entry in self.times)


@dataclass(frozen=True, slots=True)
class CalendarRecord:
    """An instrument's calendar with what it will do next: the next phase and when, None where it changes none."""

    symbol: str
    calendar: TradingCalendar
    next_phase: TradingPhase | None
    next_phase_at: datetime | None


class Moment(NamedTuple):
    """When something is due: a phase to enter if there is one, and whether a trading day ends."""

    at: datetime
    phase: TradingPhase | None
    ends_day: bool


class Step(NamedTuple):
    """What is to be done now: a phase to enter if there is one, and whether DAY orders expire after that."""

    phase: TradingPhase | None
    ends_day: bool


def after(calendar: TradingCalendar, moment: datetime) -> Iterator[Moment]:
    """What is due after a point in time, soonest first."""
    for day in _days(calendar, moment, direction=1):
        yield from (due for due in day if due.at > moment)


def phase_at(calendar: TradingCalendar, moment: datetime) -> TradingPhase | None:
    """The phase that holds at a point in time: the last that was due. None when none was."""
    if calendar.kind is CalendarKind.ALWAYS_OPEN:
        return TradingPhase.CONTINUOUS
    for day in _days(calendar, moment, direction=-1):
        for due in reversed(day):
            if due.at <= moment and due.phase is not None:
                return due.phase
    return None


def steps(calendar: TradingCalendar, *, since: datetime, until: datetime) -> list[Step]:
    """What is to be done for everything due after ``since`` up to ``until``: once, however much was missed.

    The last day that ended in the meantime is ended, and the phase that holds at the end is entered. What lies between
    is left out: orders that gathered for an opening trade on entering the phase after it.
    """
    since = max(since, until - _all_that_matters(calendar))
    end, last = None, None
    for due in after(calendar, since):
        if due.at > until:
            break
        if due.ends_day:
            end, last = due, None if due.phase is not None else last
        elif due.phase is not None:
            last = due
    found = [] if end is None else [Step(end.phase, ends_day=True)]
    return found if last is None else [*found, Step(last.phase, ends_day=False)]


def next_phase(calendar: TradingCalendar, moment: datetime) -> Moment | None:
    """The next change of phase after a point in time; None where the calendar makes none."""
    if not calendar.times:
        return None
    return next((due for due in after(calendar, moment) if due.phase is not None), None)


def _all_that_matters(calendar: TradingCalendar) -> timedelta:
    if calendar.kind is CalendarKind.COMPRESSED:
        return timedelta(seconds=2 * calendar.day_s)
    return HORIZON_DAYS * ONE_DAY


def _days(calendar: TradingCalendar, moment: datetime, *, direction: int) -> Iterator[list[Moment]]:
    """The days from the one before a moment on, or backwards from the one after it, each with its moments in order."""
    if calendar.kind is CalendarKind.COMPRESSED:
        return _compressed_days(calendar, moment, direction=direction)
    return _local_days(calendar, moment, direction=direction)


def _compressed_days(calendar: TradingCalendar, moment: datetime, *, direction: int) -> Iterator[list[Moment]]:
    length = timedelta(seconds=calendar.day_s)
    number = (moment - calendar.began_at) // length
    numbers = range(number, number - 2, -1) if direction < 0 else count(number)
    for day in numbers:
        begins_at = calendar.began_at + day * length
        found = [
            Moment(begins_at + _since_midnight(entry.at), entry.phase, entry.phase is TradingPhase.CLOSED)
            for entry in sorted(calendar.times, key=lambda entry: entry.at)
        ]
        yield found if calendar.closes else [Moment(begins_at, None, ends_day=True), *found]


def _local_days(calendar: TradingCalendar, moment: datetime, *, direction: int) -> Iterator[list[Moment]]:
    zone = ZoneInfo(calendar.zone)
    first = moment.astimezone(zone).date() - direction * ONE_DAY
    for number in range(HORIZON_DAYS):
        yield _local_day(calendar, first + direction * number * ONE_DAY, zone=zone)


def _local_day(calendar: TradingCalendar, day: date, *, zone: ZoneInfo) -> list[Moment]:
    wanted: list[tuple[time, TradingPhase | None]] = []
    if day in calendar.holidays:
        wanted = [(MIDNIGHT, TradingPhase.CLOSED)]
    else:
        weekday = Weekdays(1 << day.weekday())
        wanted = [(entry.at, entry.phase) for entry in calendar.times if weekday in entry.weekdays]
    if not calendar.closes:
        wanted.append((calendar.day_ends, None))
    wanted.sort(key=lambda entry: entry[0])
    return [
        Moment(_instant(datetime.combine(day, at), zone=zone), phase, phase in (None, TradingPhase.CLOSED))
        for at, phase in wanted
    ]


def _instant(local: datetime, *, zone: ZoneInfo) -> datetime:
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shown(first, zone=zone) == local:
        return first
    # In a gap, PEP 495: read with the offset from after the jump it is an instant before it, and the other way round.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while first - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(first - before) // timedelta(seconds=2))
        if _shown(middle, zone=zone) < local:
            before = middle
        else:
            first = middle
    return first


def _shown(moment: datetime, *, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
