"""Halting and resuming."""

import pytest

from market.errors import InvalidRequest, NotFound, NotPermitted
from market.matcher import verification
from market.models import Book, Instrument
from market.selectors import instruments
from market.services import trading
from vocabulary.phases import TradingPhase


def test_halting_twice_changes_nothing_the_second_time(market):
    trading.halt("ACME", reason="news", actor=market.operator)
    before = Book.objects.get()
    trading.halt("ACME", reason="news", actor=market.operator)
    assert Book.objects.get().book_version == before.book_version


def test_the_reason_stands_with_the_instrument_until_it_resumes(market):
    trading.halt("ACME", reason="news pending", actor=market.operator)
    halted = instruments.by_symbol("ACME")
    assert (halted.phase, halted.phase_reason) == (TradingPhase.HALTED, "news pending")
    trading.resume("ACME", actor=market.operator)
    resumed = instruments.by_symbol("ACME")
    assert (resumed.phase, resumed.phase_reason) == (TradingPhase.CONTINUOUS, "")


def test_a_book_in_memory_learns_of_a_halt_written_without_it(market):
    market.trade(10)
    trading.halt("ACME", reason="news", actor=market.operator)
    trading.resume("ACME", actor=market.operator)
    market.trade(20)
    verdict = verification.verify(Instrument.objects.get())
    assert (verdict.commands, verdict.fault) == (6, "")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_halt_needs_a_reason_of_reasonable_length(market, reason):
    with pytest.raises(InvalidRequest) as refusal:
        trading.halt("ACME", reason=reason, actor=market.operator)
    assert refusal.value.field == "reason"
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


def test_an_unknown_instrument_is_not_found(market):
    with pytest.raises(NotFound):
        trading.halt("NOPE", reason="news", actor=market.operator)


def test_a_trader_may_neither_halt_nor_resume(market):
    with pytest.raises(NotPermitted):
        trading.halt("ACME", reason="news", actor=market.trader)
    trading.halt("ACME", reason="news", actor=market.operator)
    with pytest.raises(NotPermitted):
        trading.resume("ACME", actor=market.trader)
    assert instruments.by_symbol("ACME").phase is TradingPhase.HALTED
