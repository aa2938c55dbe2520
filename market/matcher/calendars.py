"""What is due by the instruments' trading calendars, put before their matchers as commands.

Each moment is asked for once: what was asked for and what is due next stand in the calendar's row, and move in the
transaction that asks.
"""

from datetime import datetime

from django.db import OperationalError, connection, transaction
from psycopg import errors as postgres_errors

from market import intake, trading_calendar
from market.command_terms import CommandTerms
from market.intake import InboxRow
from market.models import Book, Order, TradingCalendar
from market.models.book import BookStatus
from market.selectors import calendars as calendar_selectors
from market.trading_calendar import Step
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import TimeInForce
from vocabulary.phases import TradingPhase

REASON = "by its trading calendar"

# What is due waits for the end of a volatility auction, and for a stopped book to run again.
DUE = """
SELECT c.instrument_id, i.symbol
  FROM market_tradingcalendar c
  JOIN market_instrument i ON i.id = c.instrument_id
  JOIN market_book b ON b.instrument_id = c.instrument_id
 WHERE (c.next_at IS NULL OR c.next_at <= clock_timestamp()) AND b.status = %s AND b.phase <> %s
   AND i.delisted_at IS NULL
 ORDER BY c.instrument_id
"""


def keep() -> list[str]:
    """Ask for everything that is due in any book; the symbols of the books that were asked for something."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [BookStatus.RUNNING, TradingPhase.VOLATILITY_AUCTION.value])
        due = cursor.fetchall()
    return [symbol for instrument_id, symbol in due if _keep_one(instrument_id)]


def _keep_one(instrument_id: int) -> bool:
    """Do what is due of one calendar; whether that asked the matcher for anything."""
    try:
        with transaction.atomic(durable=True):
            row = TradingCalendar.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=instrument_id)
            calendar_row = row.first()
            book = _locked_book(instrument_id)
            now = calendar_selectors.database_time()
            if calendar_row is None or not _is_due(calendar_row, book=book, now=now):
                return False
            asked = _ask(book, steps=_steps(calendar_row, now=now))
            _plan(calendar_row, now=now)
            return asked
    except OperationalError as error:
        if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
            return False
        raise


def _locked_book(instrument_id: int) -> Book:
    """The book's row, locked, so that a halt comes before or after: it forgets the changes of phase that wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(limits.INTAKE_LOCK_TIMEOUT_MS)])
    return Book.objects.select_for_update(no_key=True).get(pk=instrument_id)


def _is_due(row: TradingCalendar, *, book: Book, now: datetime) -> bool:
    if book.phase == TradingPhase.VOLATILITY_AUCTION:
        return False
    return row.next_at is None or row.next_at <= now


def _steps(row: TradingCalendar, *, now: datetime) -> list[Step]:
    """What is to be done: nothing of a calendar that is new, the phase that holds of one that was set anew."""
    calendar = calendar_selectors.calendar_of(row)
    if row.settled_until is not None:
        return trading_calendar.steps(calendar, since=row.settled_until, until=now)
    phase = None if row.next_at is None else trading_calendar.phase_at(calendar, now)
    return [] if phase is None else [Step(phase, ends_day=phase is TradingPhase.CLOSED)]


def _ask(book: Book, *, steps: list[Step]) -> bool:
    """Put the steps before the matcher. A halt is ended by nothing but a resume; days end in it all the same."""
    asked, phase = False, TradingPhase(book.phase)
    for step in steps:
        if step.phase is not None and step.phase is not phase and phase is not TradingPhase.HALTED:
            terms = CommandTerms(phase=step.phase.value)
            intake.insert_inbox(InboxRow(CommandKind.CHANGE_PHASE, book.pk, terms=terms, reason=REASON))
            asked, phase = True, step.phase
        if step.ends_day and (step.phase is not None or _has_day_orders(book.pk)):
            intake.insert_inbox(InboxRow(CommandKind.EXPIRE, book.pk, time_in_force=TimeInForce.DAY.value))
            asked = True
    return asked


def _has_day_orders(instrument_id: int) -> bool:
    return Order.objects.filter(instrument_id=instrument_id, is_open=True, time_in_force=TimeInForce.DAY).exists()


def _plan(row: TradingCalendar, *, now: datetime) -> None:
    calendar = calendar_selectors.calendar_of(row)
    due, change = next(trading_calendar.after(calendar, now), None), trading_calendar.next_phase(calendar, now)
    row.settled_until = now
    # A calendar with nothing ahead, such as one of holidays alone, is looked at again when its horizon has moved.
    row.next_at = now + trading_calendar.ONE_DAY if due is None else due.at
    row.next_phase, row.next_phase_at = (None, None) if change is None else (change.phase, change.at)
    row.save(update_fields=["settled_until", "next_at", "next_phase", "next_phase_at"])
