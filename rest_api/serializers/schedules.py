"""Trading calendars, and the switch that cancels all orders."""

from typing import Any

from rest_framework import serializers

from market.trading_calendar import MIDNIGHT, UTC_ZONE, SessionTime, TradingCalendar
from rest_api.fields import (
    CountField,
    DayField,
    FlagsField,
    LocalTimeField,
    PatternField,
    TextField,
    TimeField,
    WordField,
)
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.calendars import EVERY_WEEKDAY, CalendarKind, Weekdays
from vocabulary.identifiers import ACCOUNT_PATTERN, SYMBOL_PATTERN
from vocabulary.phases import TradingPhase

ZONE_LENGTH_MAX = 64
WHEN = "When it begins: local, or since the beginning of a compressed day."


class SessionTimeSerializer(StrictSerializer):
    """A phase, and when it begins."""

    weekdays = FlagsField(Weekdays, required=False, help_text="Every day unless given.")
    at = LocalTimeField(help_text=WHEN)
    phase = WordField(TradingPhase, help_text="PRE_OPEN, OPENING_AUCTION, CONTINUOUS, CLOSING_AUCTION or CLOSED.")


class NewScheduleSerializer(StrictSerializer):
    """A trading calendar to set, as a whole."""

    kind = WordField(CalendarKind)
    zone = TextField(length_max=ZONE_LENGTH_MAX, required=False, help_text="An IANA time zone; UTC unless given.")
    day_ends = LocalTimeField(
        required=False, help_text="When DAY orders expire if no phase is CLOSED; midnight unless given."
    )
    times = SessionTimeSerializer(many=True, required=False, help_text="Not for ALWAYS_OPEN.")
    holidays = serializers.ListField(
        child=DayField(),
        required=False,
        max_length=limits.CALENDAR_HOLIDAYS_MAX,
        help_text="Local dates on which the instrument is closed; for SESSIONS only.",
    )
    day_s = CountField(
        lowest=limits.COMPRESSED_DAY_S_MIN,
        highest=limits.COMPRESSED_DAY_S_MAX,
        required=False,
        help_text="How many seconds a compressed day lasts; for COMPRESSED only.",
    )


class SessionTimeRecordSerializer(serializers.Serializer[Any]):
    """A phase, and when it begins."""

    weekdays = FlagsField(Weekdays)
    at = LocalTimeField(help_text=WHEN)
    phase = WordField(TradingPhase)


class ScheduleSerializer(serializers.Serializer[Any]):
    """An instrument's trading calendar, and what it does next."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    kind = WordField(CalendarKind, source="calendar.kind")
    zone = serializers.CharField(source="calendar.zone")
    day_ends = LocalTimeField(source="calendar.day_ends", help_text="When DAY orders expire if no phase is CLOSED.")
    day_s = serializers.IntegerField(source="calendar.day_s", help_text="How long a compressed day lasts, else 0.")
    times = SessionTimeRecordSerializer(many=True, source="calendar.times")
    holidays = serializers.SerializerMethodField()
    next_phase = WordField(TradingPhase, allow_null=True)
    next_phase_at = TimeField(allow_null=True)

    def get_holidays(self, record: Any) -> list[str]:
        """The local dates, in order."""
        return [day.isoformat() for day in sorted(record.calendar.holidays)]


class SwitchSerializer(StrictSerializer):
    """When to cancel all orders of an account."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    timeout_s = CountField(
        highest=limits.SESSION_TIMEOUT_S_MAX, help_text="In how many seconds, unless this is sent again; 0 disarms."
    )


class SwitchStateSerializer(serializers.Serializer[Any]):
    """When all orders of an account will be canceled; null for not at all."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    timeout_s = serializers.IntegerField()
    cancels_at = TimeField(allow_null=True)


def calendar_in(body: dict[str, Any]) -> TradingCalendar:
    """The calendar that a body says, with what it leaves out."""
    times = (
        SessionTime(entry.get("weekdays", EVERY_WEEKDAY), entry["at"], entry["phase"])
        for entry in body.get("times", ())
    )
    return TradingCalendar(
        kind=body["kind"],
        zone=body.get("zone", UTC_ZONE),
        day_ends=body.get("day_ends", MIDNIGHT),
        times=tuple(times),
        holidays=frozenset(body.get("holidays", ())),
        day_s=body.get("day_s", 0),
    )
