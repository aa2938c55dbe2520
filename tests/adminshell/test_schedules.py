"""Trading calendars on the operators' console."""

import json
from datetime import date, time

import pytest

from adminshell import schedules
from market.matcher import calendars
from market.selectors import calendars as calendar_selectors
from market.trading_calendar import SessionTime, TradingCalendar
from tests.adminshell.conftest import Door
from tests.market_place import MarketPlace
from vocabulary.calendars import EVERY_WEEKDAY, CalendarKind, Weekdays
from vocabulary.phases import TradingPhase

WORKDAYS = EVERY_WEEKDAY & ~(Weekdays.SATURDAY | Weekdays.SUNDAY)


def test_a_line_says_a_calendar():
    line = "sessions Europe/Berlin mon-fri 09:00=continuous 17:30:30=CLOSED sat,sun 10:00=pre-open except 2026-12-25"
    assert schedules.calendar(line) == TradingCalendar(
        kind=CalendarKind.SESSIONS,
        zone="Europe/Berlin",
        times=(
            SessionTime(WORKDAYS, time(9), TradingPhase.CONTINUOUS),
            SessionTime(WORKDAYS, time(17, 30, 30), TradingPhase.CLOSED),
            SessionTime(Weekdays.SATURDAY | Weekdays.SUNDAY, time(10), TradingPhase.PRE_OPEN),
        ),
        holidays=frozenset({date(2026, 12, 25)}),
    )
    assert schedules.calendar("compressed 600 00:00=CONTINUOUS").day_s == 600
    assert schedules.calendar("always-open") == TradingCalendar()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sometimes", "always-open"),
        ("compressed soon", "SECONDS"),
        ("sessions UTC 9:00=CONTINUOUS", "09:00"),
        ("sessions UTC 09:00=HALTED", "PRE_OPEN"),
        ("sessions UTC monday 09:00=CLOSED", "mon-fri"),
        ("sessions UTC fri-mon 09:00=CLOSED", "backwards"),
        ("sessions UTC 09:00=CLOSED except christmas", "2026-12-25"),
    ],
)
def test_a_line_that_says_none_is_told_what_would(line, said):
    with pytest.raises(ValueError, match=said):
        schedules.calendar(line)


def test_an_operator_sets_a_calendar_and_reads_it_back(door: Door, market: MarketPlace):
    assert door.ssh("schedule ACME").stdout == "ACME is always open; its day ends at 00:00 UTC.\n"
    assert door.ssh("schedule acme compressed 600 00:00=pre-open 00:02=continuous 00:09=closed").returncode == 0
    calendars.keep()
    market.drain()
    assert calendar_selectors.by_symbol("ACME").calendar.day_s == 600
    found = json.loads(door.ssh("schedule ACME --json").stdout)
    assert (found["kind"], found["next_phase"], len(found["times"])) == ("COMPRESSED", "CONTINUOUS", 3)


def test_a_calendar_that_makes_no_sense_is_refused(door: Door):
    assert door.ssh("schedule ACME sessions Mars 09:00=closed").returncode != 0
    assert door.ssh("schedule ACME never").returncode == 2
    assert calendar_selectors.by_symbol("ACME").calendar.kind is CalendarKind.ALWAYS_OPEN
