"""What calendars do to books: each moment once, over restarts and downtime, and never against a halt or an auction."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from access.selectors import audit
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.matcher import calendars, verification
from market.models import Book, InboxCommand, Instrument
from market.models import TradingCalendar as CalendarRow
from market.selectors import accounts, executions, trades
from market.selectors import calendars as calendar_selectors
from market.selectors import orders as own_orders
from market.services import calendars as calendar_services
from market.services import instruments, trading
from market.trading_calendar import SessionTime, TradingCalendar
from tests.market_place import MarketPlace
from vocabulary.calendars import EVERY_WEEKDAY, SCHEDULED_PHASES, CalendarKind, Weekdays
from vocabulary.orders import ExecType, OrdStatus
from vocabulary.phases import TradingPhase

P = TradingPhase


def sessions(*entries: tuple[int, TradingPhase], **rest) -> TradingCalendar:
    """A calendar in UTC whose phases begin so many minutes from now."""
    now = timezone.now()
    return TradingCalendar(
        kind=CalendarKind.SESSIONS,
        times=tuple(
            SessionTime(EVERY_WEEKDAY, (now + timedelta(minutes=minutes)).time().replace(microsecond=0), phase)
            for minutes, phase in entries
        ),
        **rest,
    )


CLASS = TradingCalendar(
    kind=CalendarKind.COMPRESSED,
    day_s=600,
    times=tuple(
        SessionTime(EVERY_WEEKDAY, time(0, minute), phase)
        for minute, phase in zip((0, 1, 2, 8, 9), SCHEDULED_PHASES, strict=True)
    ),
)


def set_calendar(market: MarketPlace, calendar: TradingCalendar) -> None:
    calendar_services.set_calendar("ACME", calendar, actor=market.operator)
    keep(market)


def keep(market: MarketPlace) -> list[str]:
    asked = calendars.keep()
    market.drain()
    return asked


def let_minutes_pass(minutes: float) -> None:
    """Move the calendar so far into the past, as if the time had passed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE market_tradingcalendar SET began_at = began_at - %(m)s * interval '1 minute',"
            " settled_until = settled_until - %(m)s * interval '1 minute',"
            " next_at = next_at - %(m)s * interval '1 minute'",
            {"m": minutes},
        )


def let_the_day_end() -> None:
    """The end of the day of an instrument that is always open, as if it were now."""
    CalendarRow.objects.update(settled_until=timezone.now() - timedelta(days=2), next_at=timezone.now())


def book() -> Book:
    return Book.objects.get(instrument__symbol="ACME")


def phase() -> TradingPhase:
    return P(book().phase)


def status(market: MarketPlace, receipt) -> OrdStatus:
    return own_orders.access_order(receipt.order.order_id, actor=market.trader).ord_status


def assert_journal_holds() -> None:
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_an_instrument_is_always_open_unless_somebody_sets_a_calendar(market):
    record = calendar_selectors.by_symbol("ACME")
    assert (record.calendar.kind, record.next_phase_at) == (CalendarKind.ALWAYS_OPEN, None)
    trading.change_phase("ACME", phase=P.PRE_OPEN, actor=market.operator)
    market.drain()
    assert keep(market) == []
    assert keep(market) == []
    assert phase() is P.PRE_OPEN


def test_day_orders_of_an_instrument_that_is_always_open_expire_when_its_day_ends_and_release_what_they_held(market):
    before = accounts.of_actor(market.trader)[0].buying_power
    keep(market)
    day, gtc = (market.place("BUY", 10, "9.00", time_in_force=tif) for tif in ("DAY", "GTC"))
    market.drain()
    let_the_day_end()
    assert keep(market) == ["ACME"]
    assert (status(market, day), status(market, gtc)) == (OrdStatus.EXPIRED, OrdStatus.NEW)
    assert accounts.of_actor(market.trader)[0].buying_power == before - 90
    last = executions.of_order(day.order.order_id, actor=market.trader)[-1]
    assert (last.exec_type, last.leaves_qty) == (ExecType.EXPIRED, 0)
    assert phase() is P.CONTINUOUS
    assert_journal_holds()


def test_the_end_of_a_day_is_asked_for_once_and_not_at_all_in_a_book_without_day_orders(market):
    keep(market)
    let_the_day_end()
    assert calendars.keep() == []
    market.place("BUY", 10, "9.00")
    market.drain()
    let_the_day_end()
    assert calendars.keep() == ["ACME"]
    assert calendars.keep() == []
    assert InboxCommand.objects.count() == 1


def test_a_compressed_day_goes_through_its_phases_and_begins_again(market):
    set_calendar(market, CLASS)
    seen = [phase()]
    for _ in range(10):
        let_minutes_pass(1)
        keep(market)
        if phase() is not seen[-1]:
            seen.append(phase())
    assert seen == [P.PRE_OPEN, P.OPENING_AUCTION, P.CONTINUOUS, P.CLOSING_AUCTION, P.CLOSED, P.PRE_OPEN]
    assert_journal_holds()


def test_a_session_opens_with_an_auction_and_closes_with_one(market):
    set_calendar(market, CLASS)
    market.house_places("SELL", 10, "10.00")
    bought = market.place("BUY", 10, "10.00", time_in_force="AT_THE_OPEN")
    closing = market.place("BUY", 5, "10.00", time_in_force="AT_THE_CLOSE")
    resting = market.place("BUY", 5, "9.00")
    let_minutes_pass(2.5)
    keep(market)
    assert (phase(), status(market, bought), status(market, closing)) == (P.CONTINUOUS, OrdStatus.FILLED, OrdStatus.NEW)
    market.house_places("SELL", 5, "10.00", time_in_force="AT_THE_CLOSE")
    let_minutes_pass(6)
    keep(market)
    assert phase() is P.CLOSING_AUCTION
    let_minutes_pass(1)
    keep(market)
    assert (phase(), status(market, closing)) == (P.CLOSED, OrdStatus.FILLED)
    assert status(market, resting) is OrdStatus.EXPIRED
    assert {trade.price for trade in trades.newest("ACME", count=9)} == {Decimal("10.00")}
    assert book().phase_reason == "by its trading calendar"
    assert_journal_holds()


def test_each_moment_is_asked_for_once_however_many_sweepers_look(market):
    set_calendar(market, CLASS)
    let_minutes_pass(2.5)
    assert calendars.keep() == ["ACME"]
    assert calendars.keep() == []
    assert InboxCommand.objects.count() == 1


def test_after_downtime_only_the_phase_that_holds_now_is_entered_and_what_gathered_for_the_opening_trades(market):
    set_calendar(market, CLASS)
    market.house_places("SELL", 10, "10.00")
    order = market.place("BUY", 10, "10.00", time_in_force="AT_THE_OPEN")
    market.drain()
    before = book().command_seq
    let_minutes_pass(5)
    keep(market)
    assert (phase(), status(market, order)) == (P.CONTINUOUS, OrdStatus.FILLED)
    assert book().command_seq == before + 1


def test_after_downtime_over_a_close_the_day_is_ended_before_the_next_phase_begins(market):
    set_calendar(market, CLASS)
    let_minutes_pass(3)
    keep(market)
    day = market.place("BUY", 10, "9.00")
    closing = market.place("BUY", 10, "9.00", time_in_force="AT_THE_CLOSE")
    market.drain()
    before = book().command_seq
    let_minutes_pass(10 * 500)
    keep(market)
    assert (phase(), status(market, day), status(market, closing)) == (
        P.CONTINUOUS,
        OrdStatus.EXPIRED,
        OrdStatus.EXPIRED,
    )
    assert book().command_seq == before + 3


def test_a_halt_is_not_ended_by_the_calendar_but_the_day_in_it_is(market):
    set_calendar(market, CLASS)
    let_minutes_pass(3)
    keep(market)
    order = market.place("BUY", 10, "9.00")
    market.drain()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    let_minutes_pass(6.5)
    keep(market)
    assert (phase(), status(market, order)) == (P.HALTED, OrdStatus.EXPIRED)
    assert trading.resume("ACME", actor=market.operator).phase is P.HALTED
    market.drain()
    assert phase() is P.CLOSED, "resumed after the close, it is closed"


def test_a_halt_forgets_a_phase_that_the_calendar_has_asked_for(market):
    set_calendar(market, CLASS)
    let_minutes_pass(2.5)
    calendars.keep()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    market.drain()
    assert phase() is P.HALTED
    trading.resume("ACME", actor=market.operator)
    market.drain()
    assert phase() is P.CONTINUOUS


def test_an_operators_phase_holds_until_the_next_moment_of_the_calendar(market):
    set_calendar(market, CLASS)
    let_minutes_pass(2.5)
    keep(market)
    trading.change_phase("ACME", phase=P.CLOSED, reason="fire drill", actor=market.operator)
    market.drain()
    let_minutes_pass(4)
    keep(market)
    assert (phase(), book().phase_reason) == (P.CLOSED, "fire drill")
    let_minutes_pass(2)
    keep(market)
    assert phase() is P.CLOSING_AUCTION


def test_what_is_due_waits_for_the_end_of_a_volatility_auction(market):
    set_calendar(market, CLASS)
    let_minutes_pass(3)
    keep(market)
    instruments.set_bands("ACME", static_band_bps=0, dynamic_band_bps=100, actor=market.operator)
    market.trade(10, "10.00")
    market.house_places("SELL", 10, "10.50")
    market.place("BUY", 10, "10.50")
    market.drain()
    assert phase() is P.VOLATILITY_AUCTION
    let_minutes_pass(5.5)
    assert keep(market) == []
    trading.uncross("ACME", actor=market.operator)
    market.drain()
    assert keep(market) == ["ACME"]
    assert phase() is P.CLOSING_AUCTION


def test_a_calendar_that_is_set_enters_the_phase_that_holds_now_and_tells_the_next_one(market):
    set_calendar(market, sessions((-60, P.PRE_OPEN), (60, P.CONTINUOUS), (120, P.CLOSED)))
    assert phase() is P.PRE_OPEN
    record = calendar_selectors.by_symbol("ACME")
    assert record.next_phase is P.CONTINUOUS
    assert record.next_phase_at is not None
    assert timedelta(minutes=58) < record.next_phase_at - datetime.now(UTC) < timedelta(minutes=61)
    entry = audit.newest(count=1)[0]
    assert (entry.action, entry.subject, entry.detail["kind"]) == ("instrument.set_calendar", "ACME", "SESSIONS")
    set_calendar(market, TradingCalendar())
    assert phase() is P.CONTINUOUS


def test_a_calendar_set_at_night_closes_the_book_and_ends_the_day(market):
    order = market.place("BUY", 10, "9.00")
    market.drain()
    set_calendar(market, sessions((-60, P.CLOSED), (60, P.CONTINUOUS)))
    assert (phase(), status(market, order)) == (P.CLOSED, OrdStatus.EXPIRED)


def test_a_clock_that_goes_back_does_nothing_twice(market):
    set_calendar(market, CLASS)
    let_minutes_pass(2.5)
    keep(market)
    let_minutes_pass(-60)
    assert keep(market) == []
    assert phase() is P.CONTINUOUS


@pytest.mark.parametrize(
    ("calendar", "field", "said"),
    [
        (TradingCalendar(zone="Mars/Olympus"), "zone", "Europe/Berlin"),
        (TradingCalendar(holidays=frozenset({datetime(2026, 12, 25, tzinfo=UTC).date()})), "holidays", "ALWAYS_OPEN"),
        (TradingCalendar(kind=CalendarKind.SESSIONS), "times", "1 to 100"),
        (sessions((5, P.HALTED)), "times", "not HALTED"),
        (sessions((5, P.CLOSED), (5, P.CONTINUOUS)), "times", "only one can"),
        (sessions((5, P.CLOSED), day_s=60), "day_s", "COMPRESSED"),
        (TradingCalendar(kind=CalendarKind.COMPRESSED, day_s=9, times=CLASS.times), "day_s", "10 to 86400"),
        (TradingCalendar(kind=CalendarKind.COMPRESSED, day_s=540, times=CLASS.times), "times", "CLOSED at 00:09:00"),
        (
            TradingCalendar(
                kind=CalendarKind.COMPRESSED, day_s=60, times=(SessionTime(Weekdays.MONDAY, time(0), P.CONTINUOUS),)
            ),
            "times",
            "days of the week",
        ),
        (
            TradingCalendar(kind=CalendarKind.SESSIONS, times=(SessionTime(Weekdays(0), time(0), P.CLOSED),)),
            "times",
            "one day of the week",
        ),
    ],
)  # fmt: skip
def test_a_calendar_that_contradicts_itself_changes_nothing(market, calendar, field, said):
    with pytest.raises(InvalidRequest) as refused:
        calendar_services.set_calendar("ACME", calendar, actor=market.operator)
    assert refused.value.field == field
    assert said in refused.value.detail
    assert calendar_selectors.by_symbol("ACME").calendar.kind is CalendarKind.ALWAYS_OPEN


def test_a_trader_sets_no_calendar_and_nobody_one_of_an_instrument_that_is_not_listed(market):
    with pytest.raises(NotPermitted):
        calendar_services.set_calendar("ACME", CLASS, actor=market.trader)
    with pytest.raises(NotFound):
        calendar_services.set_calendar("NONE", CLASS, actor=market.operator)
