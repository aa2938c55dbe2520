"""What an operator sees and does."""

from datetime import time

from django.test import Client

from access.selectors import audit
from market.matcher import calendars, stopping
from market.models import Instrument
from market.selectors import instruments
from market.services import calendars as calendar_services
from market.trading_calendar import SessionTime, TradingCalendar
from tests.market_place import MarketPlace
from tests.web.conftest import filled_in, matching
from vocabulary.calendars import EVERY_WEEKDAY, CalendarKind
from vocabulary.phases import TradingPhase


def phase(symbol: str = "ACME") -> TradingPhase:
    return instruments.by_symbol(symbol).phase


def test_a_halt_needs_a_reason(operator: Client):
    for reason in ("", "   ", "x" * 201):
        answer = operator.post("/operations/ACME/halt/", {"reason": reason}, follow=True)
        assert answer.redirect_chain == [("/operations/", 303)]
        assert 'class="message error"' in answer.content.decode()
    assert phase() is TradingPhase.CONTINUOUS


def test_a_halt_and_a_resume_take_effect_and_are_in_the_audit_log(market: MarketPlace, operator: Client):
    operator.post("/operations/ACME/halt/", {"reason": "News pending"})
    assert phase() is TradingPhase.HALTED
    assert "News pending" in operator.get("/instruments/ACME/").content.decode()

    operator.post("/operations/ACME/resume/")
    assert phase() is TradingPhase.CONTINUOUS

    entries = [(entry.action, entry.actor_name, entry.door) for entry in audit.newest(count=2)]
    assert entries == [("instrument.resume", "olivia", "web"), ("instrument.halt", "olivia", "web")]


def test_a_trader_can_neither_halt_nor_resume(market: MarketPlace, trader: Client):
    assert trader.post("/operations/ACME/halt/", {"reason": "No"}).status_code == 403
    assert trader.post("/operations/ACME/resume/").status_code == 403
    assert phase() is TradingPhase.CONTINUOUS


def test_an_unknown_symbol_cannot_be_halted(operator: Client):
    assert operator.post("/operations/NIX/halt/", {"reason": "No"}).status_code == 404
    assert operator.post("/operations/NIX/resume/").status_code == 404


def test_the_page_shows_every_book_with_what_waits(market: MarketPlace, operator: Client):
    market.place("BUY", 1, "9.00")

    text = operator.get("/operations/").content.decode()

    assert 'href="/instruments/ACME/"' in text
    assert '<td class="number">1</td>' in text
    assert "user.create" in text


def test_a_call_is_opened_and_ended_from_the_page(market: MarketPlace, operator: Client):
    with matching(market):
        answer = operator.post("/operations/ACME/phase/", {"phase": "OPENING_AUCTION"}, follow=True)
        assert "ACME is in opening auction." in answer.content.decode()
        assert phase() is TradingPhase.OPENING_AUCTION
        assert "nothing would trade yet" in operator.get("/instruments/ACME/").content.decode()
        operator.post("/operations/ACME/uncross/")
    assert phase() is TradingPhase.CONTINUOUS


def test_there_is_no_phase_that_the_page_does_not_offer(operator: Client):
    for wanted in ("", "HALTED", "LUNCH"):
        answer = operator.post("/operations/ACME/phase/", {"phase": wanted}, follow=True)
        assert "Choose a phase." in answer.content.decode()
    assert phase() is TradingPhase.CONTINUOUS


def test_an_instruments_page_tells_its_hours_and_what_comes_next(market: MarketPlace, operator: Client):
    assert "day and night" in operator.get("/instruments/ACME/").content.decode()
    day = TradingCalendar(
        kind=CalendarKind.COMPRESSED,
        day_s=600,
        times=(
            SessionTime(EVERY_WEEKDAY, time(0), TradingPhase.CONTINUOUS),
            SessionTime(EVERY_WEEKDAY, time(0, 9), TradingPhase.CLOSED),
        ),
    )
    calendar_services.set_calendar("ACME", day, actor=market.operator)
    calendars.keep()
    assert "Closed from <time" in operator.get("/instruments/ACME/").content.decode()


def test_several_books_are_halted_and_resumed_at_once(market: MarketPlace, operator: Client):
    market.list("OTHER")
    chosen = {"symbol": ["ACME", "OTHER"], "act": "halt", "reason": "News pending"}
    answer = operator.post("/operations/books/", chosen, follow=True)

    assert "ACME is halted." in answer.content.decode()
    assert (phase("ACME"), phase("OTHER")) == (TradingPhase.HALTED, TradingPhase.HALTED)
    operator.post("/operations/books/", {"every": "on", "act": "resume"})
    assert (phase("ACME"), phase("OTHER")) == (TradingPhase.CONTINUOUS, TradingPhase.CONTINUOUS)


def test_nothing_is_done_with_no_book_or_for_no_reason(market: MarketPlace, operator: Client):
    forms = {
        "Choose at least one book.": {"act": "halt", "reason": "News"},
        "Give a reason for the halt": {"act": "halt", "symbol": "ACME"},
        "Choose a phase.": {"act": "phase", "symbol": "ACME", "phase": "LUNCH"},
        "Choose what is to be done.": {"act": "dance", "symbol": "ACME"},
    }
    for sentence, form in forms.items():
        answer = operator.post("/operations/books/", form, follow=True)
        assert sentence in answer.content.decode()
    assert phase() is TradingPhase.CONTINUOUS


def test_an_account_is_switched_off_and_on_with_a_reason(market: MarketPlace, operator: Client, trader: Client):
    form = {"account": market.account, "reason": "Runaway program"}
    text = operator.post("/operations/kill/", form, follow=True).content.decode()

    assert f"Account {market.account} is switched off" in text
    assert "Runaway program" in text
    refused = trader.post("/instruments/ACME/orders/", filled_in(market)).content.decode()
    assert "Runaway program" in refused
    answer = operator.post("/operations/unkill/", {"account": market.account}, follow=True)
    assert f"Account {market.account} may trade again." in answer.content.decode()


def test_an_account_that_there_is_not_is_said_to_be_none(operator: Client):
    answer = operator.post("/operations/kill/", {"account": "NOBODY", "reason": "No"}, follow=True)
    assert "There is no such account." in answer.content.decode()


def test_a_stopped_book_is_an_alarm_and_can_be_started(market: MarketPlace, operator: Client):
    stopping.stop_book(Instrument.objects.get(symbol="ACME"), cause=ValueError("planted"))

    assert "The book of ACME is stopped: " in operator.get("/operations/").content.decode()
    answer = operator.post("/operations/books/", {"act": "start", "symbol": "ACME"}, follow=True)
    assert "The book of ACME is starting" in answer.content.decode()
