"""Trading calendars in the words of a command line, and back."""

from collections.abc import Iterator
from datetime import date, time

from market.trading_calendar import SessionTime, TradingCalendar
from vocabulary.calendars import EVERY_WEEKDAY, SCHEDULED_PHASES, CalendarKind, Weekdays
from vocabulary.phases import TradingPhase

EXCEPT = "except"
DAYS = {day.name[:3].lower(): day for day in Weekdays if day.name}
USAGE = (
    "always-open; or compressed SECONDS HH:MM[:SS]=PHASE...; "
    "or sessions ZONE [DAYS] HH:MM[:SS]=PHASE... [except DATE...], with days such as mon-fri or sat,sun"
)


def calendar(line: str) -> TradingCalendar:
    """The calendar that the words say. Raises ValueError saying what is wrong with them."""
    kind, *words = line.split()
    match kind.upper().replace("-", "_"):
        case CalendarKind.ALWAYS_OPEN if not words:
            return TradingCalendar()
        case CalendarKind.COMPRESSED if words and words[0].isascii() and words[0].isdigit() and len(words[0]) < 9:
            return TradingCalendar(kind=CalendarKind.COMPRESSED, day_s=int(words[0]), times=tuple(_times(words[1:])))
        case CalendarKind.SESSIONS if words:
            place = words.index(EXCEPT) if EXCEPT in words else len(words)
            return TradingCalendar(
                kind=CalendarKind.SESSIONS,
                zone=words[0],
                times=tuple(_times(words[1:place])),
                holidays=frozenset(_date(word) for word in words[place + 1 :]),
            )
    raise ValueError(f"a schedule is {USAGE}")


def in_words(found: TradingCalendar) -> list[str]:
    """The calendar's times as lines for a person, one for each."""
    return [f"{days_in_words(entry.weekdays)} {_clock(entry.at)} {entry.phase.name}" for entry in found.times]


def days_in_words(weekdays: Weekdays) -> str:
    """Days of the week, short."""
    if weekdays == EVERY_WEEKDAY:
        return "daily"
    return ",".join(name for name, day in DAYS.items() if day in weekdays)


def document(found: TradingCalendar) -> dict[str, object]:
    """The calendar for a program."""
    return {
        "kind": found.kind.value,
        "zone": found.zone,
        "day_ends": _clock(found.day_ends),
        "day_s": found.day_s,
        "times": [
            {"weekdays": [day.name for day in entry.weekdays], "at": _clock(entry.at), "phase": entry.phase.name}
            for entry in found.times
        ],
        "holidays": [day.isoformat() for day in sorted(found.holidays)],
    }


def _times(words: list[str]) -> Iterator[SessionTime]:
    weekdays = EVERY_WEEKDAY
    for word in words:
        at, separator, phase = word.partition("=")
        if not separator:
            weekdays = _days(word)
            continue
        yield SessionTime(weekdays, _time(at), _phase(phase))


def _days(word: str) -> Weekdays:
    found = Weekdays(0)
    for part in word.lower().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"{word[:40]!r} is neither days, such as mon-fri, nor a time, such as 09:00=CONTINUOUS")
        begin, end = DAYS[first], DAYS[last or first]
        if end < begin:
            raise ValueError(f"{part!r} runs backwards")
        found |= Weekdays(2 * end - begin)
    return found


def _time(word: str) -> time:
    try:
        at = time.fromisoformat(word)
    except ValueError:
        raise ValueError(f"{word[:40]!r} is not a time such as 09:00") from None
    if at.tzinfo is not None or at.microsecond:
        raise ValueError(f"{word[:40]!r} is not a time such as 09:00")
    return at


def _phase(word: str) -> TradingPhase:
    name = word.upper().replace("-", "_")
    if name not in {phase.name for phase in SCHEDULED_PHASES}:
        raise ValueError(f"{word[:40]!r} is none of {', '.join(phase.name for phase in SCHEDULED_PHASES)}")
    return TradingPhase[name]


def _date(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError(f"{word[:40]!r} is not a date such as 2026-12-25") from None


def _clock(at: time) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
