"""A record becomes commands that bring about what it says, with nothing left in the way of what trades."""

import pytest

from matching import CommandKind
from simulation.errors import UnplayableRecording
from simulation.recorded import conversion, happenings, verdict
from simulation.recorded.recording import MessageKind
from simulation.recorded.script import Outcome, Seat
from tests.simulation.recorded.records import HALTED, NO_BID, STORY, recorded
from vocabulary.orders import Side, TimeInForce


def converted(folder, record):
    return conversion.convert(recorded(folder, record))


def told(script):
    """The commands in a few words each."""
    words = []
    for kind, side, _, time_in_force, order_id, seat, price, qty, *_ in script.commands.tolist():
        if kind == CommandKind.NEW_ORDER:
            verb = "take" if time_in_force == TimeInForce.IOC else Seat(seat).name.lower()
            words.append(f"{order_id} {verb} {Side(side).name} {qty} at {price}")
        elif kind == CommandKind.REPLACE:
            words.append(f"reduce {order_id} to {qty}")
        elif kind == CommandKind.CANCEL:
            words.append(f"cancel {order_id}")
        else:
            words.append(CommandKind(kind).name.lower())
    return words


def executions(script):
    return verdict.weigh(script.executions, happenings.of_events(script.events))


def test_a_record_becomes_these_commands(tmp_path):
    script = converted(tmp_path, STORY)

    assert told(script) == [
        "1 seed SELL 20 at 1005",
        "2 recorded BUY 10 at 1000",
        "3 recorded BUY 5 at 1001",
        "4 seed BUY 8 at 1000",
        "5 recorded BUY 7 at 1001",
        "reduce 5 to 5",
        "7 take SELL 5 at 1001",
        "cancel 5",
        "9 seed BUY 7 at 1000",
        "10 take SELL 10 at 1000",
        "11 take SELL 3 at 1000",
        "12 take SELL 5 at 1000",
        "13 recorded BUY 4 at 1002",
        "cancel 13",
        "reduce 9 to 2",
    ]


def test_every_message_is_accounted_for_and_every_seed_and_trim_counted(tmp_path):
    tally = converted(tmp_path, STORY).tally

    assert tally.outcomes == {
        (MessageKind.NEW, Outcome.APPLIED): 4,
        (MessageKind.REDUCED, Outcome.APPLIED): 1,
        (MessageKind.DELETED, Outcome.APPLIED): 2,
        (MessageKind.EXECUTED, Outcome.APPLIED): 4,
        (MessageKind.EXECUTED_HIDDEN, Outcome.NOT_IN_BOOK): 1,
    }
    assert (tally.seeded_orders, tally.seeded_qty, tally.implied_orders) == (3, 35, 1)
    assert (tally.trimmed_orders, tally.trimmed_qty) == (1, 5)
    assert (tally.rows_compared, tally.rows_equal, tally.crossed_rows, tally.contradictions) == (12, 12, 0, 0)


def test_executions_fill_the_orders_that_the_record_names(tmp_path):
    found = executions(converted(tmp_path, STORY))

    assert (found.total, found.at_recorded_price_and_size) == (4, 4)
    assert (found.known, found.known_hit) == (2, 2)
    assert (found.inferred, found.inferred_hit) == (2, 2)


def test_an_order_never_heard_of_again_does_not_stand_in_front_of_one_that_trades(tmp_path):
    script = converted(
        tmp_path,
        "1,1,100,10,100000,1 | 100500,20,100000,10\n"
        "2,1,110,5,100000,1  | 100500,20,100000,15\n"
        "3,4,110,5,100000,1  | 100500,20,100000,10",
    )

    assert told(script)[3:] == ["cancel 2", "5 seed BUY 10 at 1000", "6 take SELL 5 at 1000"]
    assert script.tally.requeued_orders == 1
    assert executions(script).known_hit == 1


def test_an_execution_out_of_turn_is_counted_and_hits_whoever_has_priority(tmp_path):
    script = converted(
        tmp_path,
        "1,1,100,10,100000,1 | 100500,20,100000,10\n"
        "2,1,110,5,100000,1  | 100500,20,100000,15\n"
        "3,4,110,5,100000,1  | 100500,20,100000,10\n"
        f"4,3,100,10,100000,1 | 100500,20,{NO_BID}",
    )

    assert told(script)[3:] == ["4 take SELL 5 at 1000", "cancel 2", "cancel 3"]
    assert script.tally.out_of_turn == 1
    assert (executions(script).known, executions(script).known_hit) == (1, 0)
    assert script.tally.rows_equal == 4


def test_the_first_message_that_took_something_is_in_the_first_book(tmp_path):
    script = converted(
        tmp_path,
        "1,4,90,10,100000,1 | 100500,20,100000,6\n2,3,91,6,100000,1 | 100500,20,99900,3",
    )

    assert told(script) == [
        "1 seed BUY 6 at 1000",
        "2 seed SELL 20 at 1005",
        "cancel 1",
        "4 seed BUY 3 at 999",
    ]
    assert script.tally.outcomes[MessageKind.EXECUTED, Outcome.IN_FIRST_BOOK] == 1


def test_a_stale_price_that_the_record_no_longer_shows_is_trimmed_away(tmp_path):
    script = converted(
        tmp_path,
        "1,1,100,10,100000,1 | 100500,20,100000,10\n"
        "2,1,110,5,100100,1  | 100500,20,100100,5\n"
        "3,3,110,5,100100,1  | 100500,20,99800,7",
    )

    assert told(script)[3:] == ["cancel 3", "cancel 2", "6 seed BUY 7 at 998"]
    assert script.tally.rows_equal == 3


def test_what_happens_in_a_halt_is_carried_out_at_its_end(tmp_path):
    script = converted(tmp_path, HALTED)

    assert told(script) == [
        "1 seed SELL 20 at 1005",
        "2 recorded BUY 10 at 1000",
        "halt",
        "resume",
        "5 recorded BUY 5 at 1000",
        "cancel 2",
        "7 take SELL 2 at 1000",
    ]
    assert script.tally.outcomes.total() == 7
    assert (script.tally.rows_compared, script.tally.rows_equal) == (3, 3)
    assert executions(script).known_hit == 1


def test_a_record_that_speaks_against_itself_is_followed_and_the_contradiction_counted(tmp_path):
    script = converted(
        tmp_path,
        "1,1,100,10,100000,1 | 100500,20,100000,10\n"
        "2,5,0,1,100200,1    | 100500,20,100000,4\n"
        f"3,3,100,10,100000,1 | 100500,20,{NO_BID}",
    )

    assert told(script)[2:] == ["reduce 2 to 4", "cancel 2"]
    assert script.tally.contradictions == 1
    assert script.tally.rows_equal == 3


def test_prices_too_far_apart_for_one_book_are_refused(tmp_path):
    with pytest.raises(UnplayableRecording, match="span 1999901 ticks; a book has room for 1048576"):
        converted(tmp_path, "1,1,100,10,10000,1 | 200000000,20,10000,10")
