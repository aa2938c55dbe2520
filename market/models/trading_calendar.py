"""Trading calendars: when an instrument goes into which phase, and what of it has been done."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vocabulary import limits
from vocabulary.calendars import EVERY_WEEKDAY, SCHEDULED_PHASES, CalendarKind
from vocabulary.phases import TradingPhase

PHASE_CHOICES = [(phase.value, phase.name) for phase in SCHEDULED_PHASES]


class TradingCalendar(models.Model):
    """An instrument's calendar, one row each. ``zone`` is an IANA zone, ``day_ends`` and all times are local in it.

    The state of its doing stands beside it: ``settled_until`` is up to when everything due has been asked for, and
    ``next_at`` when something is due again. Both are NULL until the calendar is first looked at; ``next_at`` alone says
    that an operator has set it and that the phase which holds now is to be entered.
    """

    instrument = models.OneToOneField(
        "market.Instrument", on_delete=models.PROTECT, primary_key=True, related_name="trading_calendar"
    )
    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.name) for kind in CalendarKind], default=CalendarKind.ALWAYS_OPEN
    )
    zone = models.CharField(max_length=64, default="UTC")
    day_ends = models.TimeField(default=time(0))
    day_s = models.IntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)

    settled_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    next_phase = models.SmallIntegerField(choices=PHASE_CHOICES, null=True)
    next_phase_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="calendar_compressed_day_has_a_length",
                condition=Q(kind=CalendarKind.COMPRESSED, day_s__gte=limits.COMPRESSED_DAY_S_MIN)
                | (~Q(kind=CalendarKind.COMPRESSED) & Q(day_s=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.instrument_id}"


class CalendarTime(models.Model):
    """A phase that begins at a local time on those days of the week; in a compressed day, so long after it began."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="times")
    weekdays = models.SmallIntegerField(default=EVERY_WEEKDAY)
    at = models.TimeField()
    phase = models.SmallIntegerField(choices=PHASE_CHOICES)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(name="calendar_time_once", fields=["calendar", "at", "phase"]),
            models.CheckConstraint(
                name="calendar_time_is_on_some_day", condition=Q(weekdays__gte=1, weekdays__lte=EVERY_WEEKDAY.value)
            ),
            models.CheckConstraint(
                name="calendar_time_names_a_scheduled_phase",
                condition=Q(phase__in=[phase.value for phase in SCHEDULED_PHASES]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at} {TradingPhase(self.phase).name}"


class Holiday(models.Model):
    """A local date on which nothing of a calendar happens but that the instrument is closed."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(name="holiday_once", fields=["calendar", "on"])]

    def __str__(self) -> str:
        return f"{self.on}"
