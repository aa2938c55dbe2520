"""What a book refuses, and what it does while halted; a refused command moves nothing."""

import numpy as np
import pytest

from matching import NO_PRICE, EventKind, phase_event
from tests.matching.drawing import (
    buy,
    cancel,
    command,
    draw,
    halt,
    new_order,
    picture_of,
    replace,
    resume,
    sell,
    tidy,
    told,
)
from vocabulary.commands import CommandKind
from vocabulary.limits import ORDER_QTY_LOTS_MAX
from vocabulary.orders import OrdType
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
PICTURE = "101 A 10\n ---\n 99 B 20"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (buy("A", 5, at=100), "duplicate_order"),
        (buy("C", 5, at=0), "price_out_of_range"),
        (buy("C", 5, at=201), "price_out_of_range"),
        (buy("C", 5, at=INT64_MAX), "price_out_of_range"),
        (buy("C", 5, at=INT64_MIN), "price_out_of_range"),
        (buy("C", 5, at=NO_PRICE), "price_out_of_range"),
        (buy("C", 5, at=201, ord_type=OrdType.MARKET), "price_out_of_range"),
        (buy("C", 0, at=100), "incorrect_quantity"),
        (buy("C", -1, at=100), "incorrect_quantity"),
        (buy("C", ORDER_QTY_LOTS_MAX + 1, at=100), "incorrect_quantity"),
        (buy("C", INT64_MAX, at=100), "incorrect_quantity"),
        (buy("C", INT64_MIN, at=None), "incorrect_quantity"),
        (new_order("C", 0, 5, at=100), "invalid_command"),
        (new_order("C", 3, 5, at=100), "invalid_command"),
        (buy("C", 5, at=100, ord_type=7), "invalid_command"),
        (buy("C", 5, at=100, time_in_force=5), "invalid_command"),
        (buy("C", 5, at=100, time_in_force=-1), "invalid_command"),
        (buy("C", 5, at=100, self_trade_prevention=4), "invalid_command"),
        (buy("C", 5, at=100, peg_price_type=1), "invalid_command"),
        (buy("C", 5, at=100, peg_offset_type=2), "invalid_command"),
        (buy("C", 5, at=100, contingency_type=3), "invalid_command"),
        (buy("C", 5, at=100, exec_inst=16), "invalid_command"),
        (buy("C", 5, at=100, exec_inst=-1), "invalid_command"),
        (command(max(CommandKind) + 1, "C", side=1, price_ticks=100, order_qty_lots=5), "invalid_command"),
        (command(0, "C", side=1, price_ticks=100, order_qty_lots=5), "invalid_command"),
        (command(-(2**15), "C", side=1, price_ticks=100, order_qty_lots=5), "invalid_command"),
    ],
)
def test_a_refused_order_is_echoed_and_moves_nothing(matcher, order, reason):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(order)
    assert told([event])[0].split(maxsplit=1)[1] == f"REJECTED {reason}"
    for name in ("side", "order_id", "account_id", "price_ticks", "order_qty_lots"):
        assert event[name] == order[name][0], name
    assert (event["cum_qty_lots"], event["leaves_qty_lots"], event["trade_seq"]) == (0, 0, 0)
    assert picture_of(matcher) == tidy(PICTURE)


@pytest.mark.parametrize("order_id", [0, -1, INT64_MIN])
def test_an_order_id_is_positive(matcher, order_id):
    (event,) = matcher.apply(buy("A", 5, at=100, order_id=order_id))
    assert (event["kind"], event["reason"]) == (EventKind.REJECTED, RejectReason.INVALID_COMMAND)


def test_the_largest_id_price_and_quantity_are_accepted(matcher):
    (event,) = matcher.apply(buy("A", ORDER_QTY_LOTS_MAX, at=200, order_id=INT64_MAX))
    assert (event["kind"], event["leaves_qty_lots"]) == (EventKind.NEW, ORDER_QTY_LOTS_MAX)


def test_an_id_is_free_again_when_its_order_is_closed(matcher):
    draw(matcher, PICTURE)
    matcher.apply(cancel("A"))
    assert told(matcher.apply(sell("A", 5, at=101))) == ["A NEW leaves 5"]


def test_an_order_in_a_halt_is_rejected(matcher):
    draw(matcher, PICTURE)
    matcher.apply(halt())
    assert told(matcher.apply(buy("C", 5, at=101))) == ["C REJECTED instrument_halted"]
    assert picture_of(matcher) == tidy(PICTURE)


def test_a_cancel_in_a_halt_is_accepted(matcher):
    draw(matcher, PICTURE)
    matcher.apply(halt())
    assert told(matcher.apply(cancel("A"))) == ["A CANCELED"]


def test_a_replace_in_a_halt_is_refused(matcher):
    draw(matcher, PICTURE)
    matcher.apply(halt())
    assert told(matcher.apply(replace("A", 5, at=101))) == ["A REPLACE_REJECTED instrument_halted"]
    assert picture_of(matcher) == tidy(PICTURE)


def test_trading_goes_on_after_a_resume(matcher):
    draw(matcher, PICTURE)
    matcher.apply(halt())
    assert told(matcher.apply(resume())) == ["PHASE_CHANGED CONTINUOUS"]
    assert told(matcher.apply(buy("C", 10, at=101)))[1] == "A TRADE 10 @ 101 leaves 0"


def test_a_second_halt_is_told_again(matcher):
    assert told(matcher.apply(np.concatenate([halt(), halt(), resume(), resume()]))) == [
        "PHASE_CHANGED HALTED",
        "PHASE_CHANGED HALTED",
        "PHASE_CHANGED CONTINUOUS",
        "PHASE_CHANGED CONTINUOUS",
    ]


@pytest.mark.parametrize(("kind", "phase"), [(4, TradingPhase.HALTED), (5, TradingPhase.CONTINUOUS)])
def test_a_halt_written_without_the_book_has_the_books_bytes(matcher, kind, phase):
    draw(matcher, PICTURE)
    order = command(kind, "C", side=1, price_ticks=7, order_qty_lots=9, ord_type=2, transact_time_ns=11)
    events = matcher.apply(order)
    assert events.tobytes() == phase_event(command_seq=3, event_seq=3, phase=phase).tobytes()


def test_every_event_carries_the_phase_after_it(matcher):
    events = matcher.apply(np.concatenate([buy("A", 5, at=100), halt(), cancel("A"), resume()]))
    assert events["phase"].tolist() == [3, 5, 5, 3]


@pytest.mark.parametrize(
    ("kind", "told_as"),
    [
        (CommandKind.REJECT_ORDER, EventKind.REJECTED),
        (CommandKind.REJECT_CANCEL, EventKind.CANCEL_REJECTED),
        (CommandKind.REJECT_REPLACE, EventKind.REPLACE_REJECTED),
    ],
)
def test_what_is_kept_from_the_book_is_told_to_its_sender_and_moves_nothing(matcher, kind, told_as):
    draw(matcher, PICTURE)
    kept = command(kind, "A", side=2, price_ticks=100, order_qty_lots=5)
    (event,) = matcher.apply(kept)
    assert (event["kind"], event["reason"]) == (told_as, RejectReason.MATCHER_FAILURE)
    for name in ("side", "order_id", "account_id", "price_ticks", "order_qty_lots"):
        assert event[name] == kept[name][0], name
    assert picture_of(matcher) == tidy(PICTURE)
