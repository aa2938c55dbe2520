"""The rules of orders that trade a minimum at once or not at all, drawn."""

import pytest

from tests.matching.drawing import auction, buy, draw, or_else, picture_of, play, sell, tidy
from vocabulary.orders import ExecInst, TimeInForce


def test_an_order_whose_minimum_is_there_trades_and_rests(matcher):
    draw(matcher, "101 A 5, B 5\n ---")
    assert play(matcher, buy("C", 20, at=101, min_qty_lots=10)) == [
        "C NEW leaves 20",
        "A TRADE 5 @ 101 leaves 0",
        "C TRADE 5 @ 101 leaves 15",
        "B TRADE 5 @ 101 leaves 0",
        "C TRADE 5 @ 101 leaves 10",
    ]
    assert picture_of(matcher) == tidy("---\n 101 C 10")


def test_an_order_whose_minimum_is_not_there_is_canceled_before_any_trade(matcher):
    draw(matcher, "102 B 5\n 101 A 5\n ---")
    assert play(matcher, buy("C", 20, at=101, min_qty_lots=6)) == ["C NEW leaves 20", "C CANCELED min_qty_not_met"]
    assert picture_of(matcher) == tidy("102 B 5\n 101 A 5\n ---")


def test_the_minimum_plays_no_part_once_the_order_rests(matcher):
    draw(matcher, "101 A 10\n ---")
    play(matcher, buy("C", 20, at=101, min_qty_lots=10))
    assert play(matcher, sell("D", 1, at=101))[1] == "C TRADE 1 @ 101 leaves 9"


def test_an_immediate_order_may_have_a_minimum(matcher):
    draw(matcher, "101 A 5\n ---")
    assert play(matcher, buy("C", 20, at=101, min_qty_lots=5, time_in_force=TimeInForce.IOC)) == [
        "C NEW leaves 20",
        "A TRADE 5 @ 101 leaves 0",
        "C TRADE 5 @ 101 leaves 15",
        "C CANCELED no_liquidity",
    ]


def test_what_icebergs_hide_counts(matcher):
    draw(matcher, "101 A 50 shows 5\n ---")
    assert len(play(matcher, buy("C", 20, at=None, min_qty_lots=20))) == 9


def test_of_two_orders_of_which_one_cancels_the_other_the_first_counts(matcher):
    draw(matcher, "101 A 5\n ---")
    play(matcher, sell("B", 7, at=102, **or_else("A")))
    assert play(matcher, buy("C", 20, at=102, min_qty_lots=6)) == ["C NEW leaves 20", "C CANCELED min_qty_not_met"]
    assert play(matcher, buy("C", 20, at=102, min_qty_lots=5))[-1] == "B CANCELED linked_order"


@pytest.mark.parametrize(
    "order",
    [
        buy("C", 5, at=100, min_qty_lots=6),
        buy("C", 5, at=100, min_qty_lots=-1),
        buy("C", 5, at=100, min_qty_lots=2, time_in_force=TimeInForce.FOK),
        buy("C", 5, at=100, min_qty_lots=2, time_in_force=TimeInForce.AT_THE_CLOSE),
        buy("C", 5, at=100, min_qty_lots=2, exec_inst=ExecInst.POST_ONLY),
        buy("C", 5, at=100, min_qty_lots=2, ord_type=4, stop_px_ticks=101),
    ],
)
def test_a_minimum_is_for_orders_that_can_trade_a_part_at_once(matcher, order):
    assert play(matcher, order) == ["C REJECTED invalid_terms"]


def test_a_call_takes_no_minimum(matcher):
    play(matcher, auction())
    assert play(matcher, buy("C", 5, at=100, min_qty_lots=2)) == ["C REJECTED not_in_this_phase"]
