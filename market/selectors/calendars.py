"""Reading trading calendars."""

from datetime import datetime

from django.db import connection

from market import trading_calendar
from market.errors import UnknownSymbol
from market.models import TradingCalendar as CalendarRow
from market.trading_calendar import CalendarRecord, SessionTime, TradingCalendar
from vocabulary.calendars import CalendarKind, Weekdays
from vocabulary.phases import TradingPhase


def by_symbol(symbol: str) -> CalendarRecord:
    """The calendar of the instrument with this symbol. Raises NotFound."""
    row = CalendarRow.objects.filter(instrument__symbol=symbol).first()
    if row is None:
        raise UnknownSymbol(symbol)
    phase = None if row.next_phase is None else TradingPhase(row.next_phase)
    return CalendarRecord(symbol, calendar_of(row), next_phase=phase, next_phase_at=row.next_phase_at)


def calendar_of(row: CalendarRow) -> TradingCalendar:
    """The calendar that a row and the rows under it say."""
    return TradingCalendar(
        kind=CalendarKind(row.kind),
        zone=row.zone,
        day_ends=row.day_ends,
        times=tuple(
            SessionTime(Weekdays(entry.weekdays), entry.at, TradingPhase(entry.phase)) for entry in row.times.all()
        ),
        holidays=frozenset(row.holidays.values_list("on", flat=True)),
        day_s=row.day_s,
        began_at=row.began_at,
    )


def phase_now(symbol: str) -> TradingPhase | None:
    """The phase that an instrument's calendar has now; None when it has had none yet. Raises NotFound."""
    return trading_calendar.phase_at(by_symbol(symbol).calendar, database_time())


def database_time() -> datetime:
    """What the database's clock shows: the one clock that every process of the exchange goes by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now
