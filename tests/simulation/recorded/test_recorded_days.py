"""Real recorded markets: the book follows the record row by row, and who is executed there is executed here."""

import pytest

from simulation.recorded import conversion, happenings, report, verdict
from simulation.recorded.recording import MessageKind
from simulation.recorded.script import Outcome
from tests.simulation.recorded.records import real
from tests.simulation.recorded.test_exchange import played_headless, played_through

pytestmark = pytest.mark.recorded_data


def judged(script, happened):
    return verdict.judge("test", script, happened, seconds=1.0)


@pytest.fixture(scope="module")
def apple():
    return conversion.convert(real("AAPL", levels=10))


@pytest.fixture(scope="module")
def amazon():
    return conversion.convert(real("AMZN", levels=1))


def test_every_level_equals_the_record_after_every_message(apple):
    tally = apple.tally

    assert (tally.rows_compared, tally.rows_equal, tally.crossed_rows) == (999, 999, 0)
    # From the first book on, the messages alone keep the upper levels: only the lowest ever needs a hand.
    assert set(tally.levels_corrected) == {10}
    assert (tally.contradictions, tally.out_of_turn) == (0, 0)


def test_every_execution_fills_the_very_order_that_the_record_names(apple):
    found = judged(apple, played_headless(apple)).executions

    assert (found.total, found.at_recorded_price_and_size) == (98, 98)
    assert (found.known, found.known_hit) == (94, 94)
    assert (found.inferred, found.inferred_hit) == (4, 4)


def test_through_the_order_path_the_same_happens(apple, market):
    through = played_through(market, apple, symbol="AAPL")

    assert happenings.digest(through) == happenings.digest(played_headless(apple))
    assert judged(apple, through).executions.known_hit == 94


def test_of_a_whole_day_every_message_is_accounted_for(amazon):
    assert amazon.tally.outcomes == {
        (MessageKind.NEW, Outcome.APPLIED): 27_845,
        (MessageKind.REDUCED, Outcome.APPLIED): 16,
        (MessageKind.DELETED, Outcome.APPLIED): 18_235,
        (MessageKind.EXECUTED, Outcome.APPLIED): 8_974,
        (MessageKind.EXECUTED_HIDDEN, Outcome.NOT_IN_BOOK): 2_445,
    }


def test_a_whole_day_is_never_crossed_and_always_at_the_recorded_touch(amazon):
    tally = amazon.tally

    assert (tally.rows_compared, tally.rows_equal, tally.crossed_rows) == (57_515, 57_515, 0)
    assert tally.contradictions == 0


def test_a_whole_days_executions_come_at_the_recorded_price_and_size(amazon):
    run = judged(amazon, played_headless(amazon))

    assert run.digest == happenings.digest(happenings.of_events(amazon.events))
    assert (run.executions.total, run.executions.at_recorded_price_and_size) == (8_974, 8_974)
    assert report.broken_promises(amazon, [run]) == []


def test_but_for_those_out_of_turn_a_whole_days_executions_fill_the_recorded_orders(amazon):
    found = judged(amazon, played_headless(amazon)).executions

    assert (found.known, found.known_hit) == (5_903, 5_891)
    assert (found.inferred, found.inferred_hit) == (3_071, 3_071)
    assert amazon.tally.out_of_turn == 7


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_through_the_order_path_a_whole_day_is_the_same(amazon, market):
    through = played_through(market, amazon, symbol="AMZN")

    assert happenings.digest(through) == happenings.digest(played_headless(amazon))
