"""Calendars: which phase holds when, in local time, over clock changes, holidays and downtime."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest

from market import trading_calendar
from market.trading_calendar import SessionTime, Step, TradingCalendar
from vocabulary.calendars import EVERY_WEEKDAY, CalendarKind, Weekdays
from vocabulary.phases import TradingPhase

P = TradingPhase
WORKDAYS = EVERY_WEEKDAY & ~(Weekdays.SATURDAY | Weekdays.SUNDAY)


def sessions(
    *entries: tuple[str, TradingPhase],
    zone: str = "Europe/Berlin",
    weekdays: Weekdays = WORKDAYS,
    holidays: tuple[str, ...] = (),
) -> TradingCalendar:
    return TradingCalendar(
        kind=CalendarKind.SESSIONS,
        zone=zone,
        times=tuple(SessionTime(weekdays, time.fromisoformat(at), phase) for at, phase in entries),
        holidays=frozenset(date.fromisoformat(day) for day in holidays),
    )


XETRA = sessions(
    ("08:50", P.PRE_OPEN),
    ("09:00", P.OPENING_AUCTION),
    ("09:02", P.CONTINUOUS),
    ("17:30", P.CLOSING_AUCTION),
    ("17:35", P.CLOSED),
    holidays=("2026-12-25",),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(calendar: TradingCalendar, since: str, *, number: int) -> list[tuple[str, str | None]]:
    return [
        (f"{moment.at:%d %H:%M:%S}", moment.phase.name if moment.phase is not None else None)
        for moment in islice(trading_calendar.after(calendar, at(since)), number)
    ]


def test_an_instrument_that_is_always_open_changes_no_phase_and_ends_its_day_at_midnight_utc():
    always = TradingCalendar()
    assert due(always, "2026-03-02 10:00", number=2) == [("03 00:00:00", None), ("04 00:00:00", None)]
    assert trading_calendar.phase_at(always, at("2026-03-02 10:00")) is P.CONTINUOUS
    assert trading_calendar.next_phase(always, at("2026-03-02 10:00")) is None


def test_the_day_of_an_instrument_that_is_always_open_ends_when_its_calendar_says_so():
    chicago = TradingCalendar(zone="America/Chicago", day_ends=time(17))
    assert due(chicago, "2026-01-05 10:00", number=1) == [("05 23:00:00", None)]


def test_a_day_goes_through_its_phases_in_local_time():
    assert due(XETRA, "2026-01-15 00:00", number=5) == [
        ("15 07:50:00", "PRE_OPEN"), ("15 08:00:00", "OPENING_AUCTION"), ("15 08:02:00", "CONTINUOUS"),
        ("15 16:30:00", "CLOSING_AUCTION"), ("15 16:35:00", "CLOSED"),
    ]  # fmt: skip
    assert due(XETRA, "2026-07-15 00:00", number=1) == [("15 06:50:00", "PRE_OPEN")]


def test_a_phase_holds_over_the_weekend_and_over_holidays():
    assert trading_calendar.phase_at(XETRA, at("2026-01-18 12:00")) is P.CLOSED
    assert due(XETRA, "2026-12-24 17:00", number=2) == [("24 23:00:00", "CLOSED"), ("28 07:50:00", "PRE_OPEN")]
    assert trading_calendar.phase_at(XETRA, at("2026-12-25 10:00")) is P.CLOSED


def test_a_holiday_closes_a_market_that_trades_through_the_night():
    future = sessions(("18:00", P.CONTINUOUS), ("17:00", P.CLOSED), zone="America/New_York", holidays=("2026-12-25",))
    assert trading_calendar.phase_at(future, at("2026-12-25 04:59")) is P.CONTINUOUS
    assert trading_calendar.phase_at(future, at("2026-12-25 05:00")) is P.CLOSED


def test_the_same_local_time_is_an_hour_earlier_after_the_clocks_went_forward():
    assert trading_calendar.phase_at(XETRA, at("2026-03-27 07:30")) is P.CLOSED
    assert trading_calendar.phase_at(XETRA, at("2026-03-30 07:30")) is P.CONTINUOUS


def test_a_time_that_the_clocks_jump_over_comes_when_they_jump():
    night = sessions(("01:00", P.PRE_OPEN), ("02:30", P.CONTINUOUS), ("03:00", P.CLOSED), weekdays=EVERY_WEEKDAY)
    assert due(night, "2026-03-28 12:00", number=3) == [
        ("29 00:00:00", "PRE_OPEN"), ("29 01:00:00", "CONTINUOUS"), ("29 01:00:00", "CLOSED"),
    ]  # fmt: skip
    assert due(night, "2026-03-29 12:00", number=2) == [("29 23:00:00", "PRE_OPEN"), ("30 00:30:00", "CONTINUOUS")]


def test_a_time_that_comes_twice_counts_the_first_time_and_once():
    night = sessions(("02:30", P.CONTINUOUS), ("03:00", P.CLOSED), weekdays=EVERY_WEEKDAY)
    assert due(night, "2026-10-24 12:00", number=3) == [
        ("25 00:30:00", "CONTINUOUS"), ("25 02:00:00", "CLOSED"), ("26 01:30:00", "CONTINUOUS"),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca"])
def test_no_zone_brings_a_days_phases_out_of_order_or_does_one_twice(zone):
    calendar = sessions(
        ("00:00", P.PRE_OPEN), ("00:30", P.CONTINUOUS), ("02:15", P.CLOSING_AUCTION), ("02:45", P.CLOSED),
        zone=zone, weekdays=EVERY_WEEKDAY,
    )  # fmt: skip
    found = list(islice(trading_calendar.after(calendar, at("2011-06-01")), 4 * 365))
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)
    assert [moment.phase for moment in found[:4]] * 365 == [moment.phase for moment in found]


def test_a_compressed_day_begins_again_when_it_is_over():
    calendar = TradingCalendar(
        kind=CalendarKind.COMPRESSED,
        day_s=600,
        began_at=at("2026-01-15 10:00"),
        times=(
            SessionTime(EVERY_WEEKDAY, time(0, 0), P.OPENING_AUCTION),
            SessionTime(EVERY_WEEKDAY, time(0, 1), P.CONTINUOUS),
            SessionTime(EVERY_WEEKDAY, time(0, 9), P.CLOSED),
        ),
    )
    assert due(calendar, "2026-01-15 10:08", number=3) == [
        ("15 10:09:00", "CLOSED"), ("15 10:10:00", "OPENING_AUCTION"), ("15 10:11:00", "CONTINUOUS"),
    ]  # fmt: skip
    assert trading_calendar.phase_at(calendar, at("2026-01-15 12:00")) is P.OPENING_AUCTION
    assert trading_calendar.phase_at(calendar, at("2026-01-15 12:09:30")) is P.CLOSED
    missed = trading_calendar.steps(calendar, since=at("2026-01-15 10:05"), until=at("2027-01-15 10:05"))
    assert missed == [Step(P.CLOSED, ends_day=True), Step(P.CONTINUOUS, ends_day=False)]


def test_after_downtime_only_the_phase_that_holds_now_is_entered():
    assert trading_calendar.steps(XETRA, since=at("2026-01-15 05:00"), until=at("2026-01-15 10:00")) == [
        Step(P.CONTINUOUS, ends_day=False)
    ]


def test_after_downtime_over_a_close_the_day_is_ended_first():
    assert trading_calendar.steps(XETRA, since=at("2026-01-15 10:00"), until=at("2026-01-16 10:00")) == [
        Step(P.CLOSED, ends_day=True), Step(P.CONTINUOUS, ends_day=False),
    ]  # fmt: skip
    assert trading_calendar.steps(XETRA, since=at("2026-01-15 10:00"), until=at("2026-01-17 10:00")) == [
        Step(P.CLOSED, ends_day=True)
    ]


def test_a_calendar_that_never_closes_ends_its_day_at_its_own_time():
    calendar = sessions(("09:00", P.OPENING_AUCTION), ("09:05", P.CONTINUOUS), weekdays=EVERY_WEEKDAY, zone="UTC")
    assert trading_calendar.steps(calendar, since=at("2026-01-15 10:00"), until=at("2026-01-16 09:30")) == [
        Step(None, ends_day=True), Step(P.CONTINUOUS, ends_day=False),
    ]  # fmt: skip
    assert trading_calendar.next_phase(calendar, at("2026-01-15 10:00")).at == at("2026-01-16 09:00")


def test_a_year_without_a_day_of_trading_is_looked_through_and_no_further():
    days = tuple((date(2026, 1, 1) + timedelta(days=number)).isoformat() for number in range(900))
    calendar = sessions(("09:00", P.CONTINUOUS), ("17:00", P.CLOSED), holidays=days)
    assert trading_calendar.phase_at(calendar, at("2027-06-01")) is P.CLOSED
