"""Trading calendars between the protocol and the exchange."""

import re
from datetime import date, time
from functools import reduce
from operator import or_
from typing import Any

from grpc_api.translator import words
from grpc_api.translator.fields import Fields, parse
from market.trading_calendar import MIDNIGHT, UTC_ZONE, CalendarRecord, SessionTime, TradingCalendar
from marketops.v1 import admin_service_pb2, instruments_pb2
from vocabulary import limits
from vocabulary.calendars import EVERY_WEEKDAY

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ZONE_LENGTH_MAX = 64


def wanted(data: bytes) -> str:
    """The symbol whose calendar is asked for."""
    with Fields(parse(admin_service_pb2.GetScheduleRequest, data)) as fields:
        return fields.listed_symbol("symbol")


def to_set(data: bytes) -> tuple[str, TradingCalendar]:
    """The symbol, and the calendar that it is to have."""
    request = parse(admin_service_pb2.SetScheduleRequest, data)
    with Fields(request) as fields:
        symbol = fields.listed_symbol("symbol")
    return symbol, _calendar(request.schedule)


def found(record: CalendarRecord) -> admin_service_pb2.GetScheduleResponse:
    """A calendar."""
    return admin_service_pb2.GetScheduleResponse(schedule=_schedule(record.calendar))


def set_to(record: CalendarRecord) -> admin_service_pb2.SetScheduleResponse:
    """The calendar that was set."""
    return admin_service_pb2.SetScheduleResponse(schedule=_schedule(record.calendar))


def _calendar(schedule: Any) -> TradingCalendar:
    with Fields(schedule, within="schedule.") as fields:
        if len(schedule.holidays) > limits.CALENDAR_HOLIDAYS_MAX:
            fields.fault("holidays", "too_many", f"Must not hold more than {limits.CALENDAR_HOLIDAYS_MAX} dates.")
        if len(schedule.times) > limits.CALENDAR_TIMES_MAX:
            fields.fault("times", "too_many", f"Must not hold more than {limits.CALENDAR_TIMES_MAX} entries.")
        given_zone = fields.is_given("zone")
        return TradingCalendar(
            kind=fields.word("kind", words.CALENDAR_KIND_OF),
            zone=fields.text("zone", length_max=ZONE_LENGTH_MAX) if given_zone else UTC_ZONE,
            day_ends=_time(fields, "day_ends", schedule.day_ends) if fields.is_given("day_ends") else MIDNIGHT,
            holidays=frozenset(_date(fields, text) for text in schedule.holidays),
            day_s=schedule.day_s,
            times=tuple(_session_time(entry, place) for place, entry in enumerate(schedule.times)),
        )


def _session_time(entry: Any, place: int) -> SessionTime:
    with Fields(entry, within=f"schedule.times[{place}].") as fields:
        if not set(entry.weekdays) <= words.WEEKDAY_OF.keys():
            fields.fault("weekdays", "unknown_word", "Must be days of the week.")
        weekdays = [words.WEEKDAY_OF.get(number, EVERY_WEEKDAY) for number in entry.weekdays]
        phase = fields.word("phase", words.TRADING_PHASE_OF)
        return SessionTime(reduce(or_, weekdays) if weekdays else EVERY_WEEKDAY, _time(fields, "at", entry.at), phase)


def _time(fields: Fields, name: str, text: str) -> time:
    if _TIME_OF_DAY.fullmatch(text) is None:
        fields.fault(name, "not_a_time_of_day", "Must be a time of the day such as 09:00 or 09:00:30.")
        return MIDNIGHT
    return time.fromisoformat(text)


def _date(fields: Fields, text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    fields.fault("holidays", "not_a_date", "Must be dates such as 2026-12-25.")
    return date.min


def _schedule(calendar: TradingCalendar) -> instruments_pb2.Schedule:
    return instruments_pb2.Schedule(
        kind=words.CALENDAR_KIND[calendar.kind],
        zone=calendar.zone,
        day_ends=_clock(calendar.day_ends),
        times=[
            instruments_pb2.SessionTime(
                weekdays=[words.WEEKDAY[day] for day in entry.weekdays],
                at=_clock(entry.at),
                phase=words.TRADING_PHASE[entry.phase],
            )
            for entry in calendar.times
        ],
        holidays=[day.isoformat() for day in sorted(calendar.holidays)],
        day_s=calendar.day_s,
    )


def _clock(at: time) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
