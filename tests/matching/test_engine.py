"""The core as a library: order by order, and the examples of its documentation."""

import doctest
import re
from pathlib import Path

import numpy as np

import matching.engine
from matching import NO_PRICE, Engine, EventKind
from vocabulary.phases import TradingPhase

RULES = Path(__file__).parents[2] / "docs" / "matching.md"


def kinds(events: list[matching.Event]) -> list[str]:
    return [event.kind.name for event in events]


def test_the_examples_in_the_code_run():
    assert doctest.testmod(matching.engine).failed == 0


def test_the_examples_in_the_documents_run():
    examples = re.findall(r"```pycon\n(.*?)```", RULES.read_text(), re.DOTALL)
    assert examples
    for example in examples:
        test = doctest.DocTestParser().get_doctest(example, {}, RULES.name, str(RULES), 0)
        assert doctest.DocTestRunner().run(test).failed == 0


def test_orders_get_the_next_id_unless_one_is_given():
    engine = Engine()
    assert engine.limit("BUY", 10, 1)[0].order_id == 1
    assert engine.limit("BUY", 10, 1, order_id=40)[0].order_id == 40
    assert engine.limit("BUY", 10, 1)[0].order_id == 41


def test_a_bracket_takes_profit_or_stops_the_loss_but_never_both():
    engine = Engine()
    assert kinds(engine.bracket("BUY", 101, 5, take_profit=110, stop_loss=95)) == ["NEW"] * 3
    assert kinds(engine.limit("SELL", 101, 5, account_id=2)) == ["NEW", "TRADE", "TRADE", "TRIGGERED", "TRIGGERED"]
    assert kinds(engine.limit("BUY", 110, 5, account_id=2)) == ["NEW", "TRADE", "TRADE", "CANCELED"]
    assert engine.book.open_order_count == 0


def test_what_would_be_held_for_an_order_that_is_done_is_rejected():
    engine = Engine()
    engine.limit("SELL", 100, 5, account_id=2)
    events = engine.bracket("BUY", 101, 5, take_profit=110, stop_loss=95)
    assert kinds(events) == ["NEW", "TRADE", "TRADE", "REJECTED", "REJECTED"]
    assert events[-1].reason.code == "unknown_link"


def test_a_replayed_journal_leads_to_the_same_book():
    engine = Engine(levels=500)
    engine.set_reference(100)
    engine.set_bands(static_bps=1_000)
    engine.limit("SELL", 101, 20, display_qty_lots=5)
    engine.pegged("BUY", "MID", 4)
    engine.trailing_stop("SELL", 3, basis_points=50)
    engine.market("BUY", 7)
    engine.mass_cancel(side=1)
    again = Engine.replay(engine.journal, levels=500)
    assert again.digest() == engine.digest()
    assert Engine.restore(engine.snapshot()).digest() == engine.digest()


def test_an_auction_shows_its_price_and_trades_at_it():
    engine = Engine(phase=TradingPhase.OPENING_AUCTION)
    engine.limit("BUY", 102, 10)
    engine.limit("SELL", 100, 6)
    assert engine.indicative() == (102, 6, 4)
    events = engine.change_phase("CONTINUOUS")
    assert kinds(events) == ["PHASE_CHANGED", "TRADE", "TRADE"]
    assert engine.depth("BUY") == [(102, 4, 1)]
    assert engine.indicative() == (NO_PRICE, 0, 0)


def test_many_commands_at_once_are_events_as_they_are():
    engine = Engine()
    assert engine.send(np.zeros(3, dtype=matching.COMMAND))["kind"].tolist() == [EventKind.REJECTED] * 3


def test_a_halt_stops_trading():
    engine = Engine()
    assert kinds(engine.change_phase("HALTED")) == ["PHASE_CHANGED"]
    assert engine.limit("BUY", 10, 1)[0].reason.code == "instrument_halted"
