"""Setting trading calendars. What a calendar then does, the matching workers ask for."""

from collections import Counter
from zoneinfo import available_timezones

from django.db.models.functions import Now

from access.records import Actor
from access.services import audit
from market import intake
from market.errors import InvalidRequest, NotPermitted, UnknownSymbol
from market.models import CalendarTime, Holiday
from market.models import TradingCalendar as CalendarRow
from market.selectors import calendars as calendar_selectors
from market.trading_calendar import CalendarRecord, SessionTime, TradingCalendar
from vocabulary import limits
from vocabulary.calendars import EVERY_WEEKDAY, SCHEDULED_PHASES, CalendarKind, Weekdays


def set_calendar(symbol: str, calendar: TradingCalendar, *, actor: Actor) -> CalendarRecord:
    """Give an instrument another calendar; the phase that holds now is entered within a second, a halt stays.

    A compressed day begins at once, whatever ``began_at`` says. Raises NotPermitted unless the actor may operate,
    NotFound, InvalidRequest naming the field that does not fit.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators set trading calendars.")
    check(calendar)
    with intake.acknowledging_transaction():
        row = CalendarRow.objects.select_for_update(no_key=True).filter(instrument__symbol=symbol).first()
        if row is None:
            raise UnknownSymbol(symbol)
        _write(row, calendar)
        audit.record(actor=actor, action="instrument.set_calendar", subject=symbol, detail=_detail(calendar))
    return calendar_selectors.by_symbol(symbol)


def check(calendar: TradingCalendar) -> None:
    """Raises InvalidRequest when a calendar contradicts itself, or is larger than a calendar may be."""
    if calendar.zone not in available_timezones():
        raise InvalidRequest("zone must be an IANA time zone, such as Europe/Berlin or UTC.", field="zone")
    if calendar.kind is CalendarKind.ALWAYS_OPEN:
        _check_always_open(calendar)
        return
    _check_times(calendar.times)
    if calendar.kind is CalendarKind.SESSIONS:
        _check_sessions(calendar)
    else:
        _check_compressed(calendar)


def _check_always_open(calendar: TradingCalendar) -> None:
    for field, value in (("times", calendar.times), ("holidays", calendar.holidays), ("day_s", calendar.day_s)):
        if value:
            raise InvalidRequest(f"{field} does not go with ALWAYS_OPEN, which changes no phase.", field=field)


def _check_times(times: tuple[SessionTime, ...]) -> None:
    if not 1 <= len(times) <= limits.CALENDAR_TIMES_MAX:
        raise InvalidRequest(f"times must hold 1 to {limits.CALENDAR_TIMES_MAX} entries.", field="times")
    for entry in times:
        if entry.phase not in SCHEDULED_PHASES:
            allowed = ", ".join(phase.name for phase in SCHEDULED_PHASES)
            raise InvalidRequest(f"A calendar's phases are {allowed}; not {entry.phase.name}.", field="times")
        if not 1 <= entry.weekdays <= EVERY_WEEKDAY:
            raise InvalidRequest("Each of the times needs at least one day of the week.", field="times")
        if entry.at.tzinfo is not None or entry.at.microsecond:
            raise InvalidRequest("Times are local, in whole seconds.", field="times")
    taken = Counter((weekday, entry.at) for entry in times for weekday in Weekdays if weekday in entry.weekdays)
    (weekday, at), number = taken.most_common(1)[0]
    if number > 1:
        raise InvalidRequest(f"Two phases begin at {at:%H:%M:%S} on {weekday.name}; only one can.", field="times")


def _check_sessions(calendar: TradingCalendar) -> None:
    if calendar.day_s:
        raise InvalidRequest("day_s is for COMPRESSED calendars.", field="day_s")
    if len(calendar.holidays) > limits.CALENDAR_HOLIDAYS_MAX:
        raise InvalidRequest(f"At most {limits.CALENDAR_HOLIDAYS_MAX} holidays are taken.", field="holidays")


def _check_compressed(calendar: TradingCalendar) -> None:
    if not limits.COMPRESSED_DAY_S_MIN <= calendar.day_s <= limits.COMPRESSED_DAY_S_MAX:
        raise InvalidRequest(
            f"day_s must be {limits.COMPRESSED_DAY_S_MIN} to {limits.COMPRESSED_DAY_S_MAX} seconds.", field="day_s"
        )
    if calendar.holidays:
        raise InvalidRequest("A compressed day knows no holidays.", field="holidays")
    for entry in calendar.times:
        if entry.weekdays != EVERY_WEEKDAY:
            raise InvalidRequest("A compressed day knows no days of the week.", field="times")
        if entry.at.hour * 3600 + entry.at.minute * 60 + entry.at.second >= calendar.day_s:
            raise InvalidRequest(
                f"{entry.phase.name} at {entry.at:%H:%M:%S} would begin after the day of {calendar.day_s} s is over.",
                field="times",
            )


def _write(row: CalendarRow, calendar: TradingCalendar) -> None:
    CalendarRow.objects.filter(pk=row.pk).update(
        kind=calendar.kind,
        zone=calendar.zone,
        day_ends=calendar.day_ends,
        day_s=calendar.day_s,
        began_at=Now(),
        settled_until=None,
        next_at=Now(),
        next_phase=None,
        next_phase_at=None,
    )
    row.times.all().delete()
    row.holidays.all().delete()
    CalendarTime.objects.bulk_create(
        CalendarTime(calendar=row, weekdays=entry.weekdays.value, at=entry.at, phase=entry.phase)
        for entry in calendar.times
    )
    Holiday.objects.bulk_create(Holiday(calendar=row, on=day) for day in sorted(calendar.holidays))


def _detail(calendar: TradingCalendar) -> dict[str, object]:
    return {
        "kind": calendar.kind.value,
        "zone": calendar.zone,
        "day_ends": f"{calendar.day_ends:%H:%M:%S}",
        "day_s": calendar.day_s,
        "times": [
            {"weekdays": [day.name for day in entry.weekdays], "at": f"{entry.at:%H:%M:%S}", "phase": entry.phase.name}
            for entry in calendar.times
        ],
        "holidays": [day.isoformat() for day in sorted(calendar.holidays)],
    }
