"""How an instrument's trading day is laid out."""

from enum import IntFlag, StrEnum

from vocabulary.phases import TradingPhase


class CalendarKind(StrEnum):
    """What moves an instrument from phase to phase.

    ALWAYS_OPEN: nothing; trading goes on day and night. SESSIONS: times of the day on days of the week, in a time zone.
    COMPRESSED: a trading day of a fixed length that begins again as soon as it is over.
    """

    ALWAYS_OPEN = "ALWAYS_OPEN"
    SESSIONS = "SESSIONS"
    COMPRESSED = "COMPRESSED"


class Weekdays(IntFlag):
    """Days of the week, as a set of flags."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 4
    THURSDAY = 8
    FRIDAY = 16
    SATURDAY = 32
    SUNDAY = 64


EVERY_WEEKDAY = Weekdays(127)
SCHEDULED_PHASES = (
    TradingPhase.PRE_OPEN,
    TradingPhase.OPENING_AUCTION,
    TradingPhase.CONTINUOUS,
    TradingPhase.CLOSING_AUCTION,
    TradingPhase.CLOSED,
)
"""The phases that a calendar may name: the others begin by an operator's word, or by a price band."""
