"""The rules that keep an account from trading with itself, drawn."""

import numpy as np
import pytest

from tests.matching.drawing import auction, buy, draw, open_, or_else, picture_of, play, sell, share_pro_rata, tidy
from vocabulary.orders import SelfTradePrevention, TimeInForce

CANCEL_AGGRESSIVE, CANCEL_PASSIVE, CANCEL_BOTH, DECREMENT = (
    SelfTradePrevention.CANCEL_AGGRESSIVE,
    SelfTradePrevention.CANCEL_PASSIVE,
    SelfTradePrevention.CANCEL_BOTH,
    SelfTradePrevention.DECREMENT_AND_CANCEL,
)
MODES = [CANCEL_AGGRESSIVE, CANCEL_PASSIVE, CANCEL_BOTH, DECREMENT]
PICTURE = "101 A 10, B 5\n ---"


def buy_from_oneself(quantity: int, mode: int, **terms: int) -> np.ndarray:
    """An order C of A's owner."""
    return buy("C", quantity, at=101, self_trade_prevention=mode, account_id=101, **terms)


def test_cancel_aggressive_cancels_the_rest_of_the_aggressor(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy_from_oneself(12, CANCEL_AGGRESSIVE)) == ["C NEW leaves 12", "C CANCELED self_trade"]
    assert picture_of(matcher) == tidy(PICTURE)


def test_cancel_passive_cancels_the_resting_order(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy_from_oneself(12, CANCEL_PASSIVE)) == [
        "C NEW leaves 12",
        "A CANCELED self_trade",
        "B TRADE 5 @ 101 leaves 0",
        "C TRADE 5 @ 101 leaves 7",
    ]
    assert picture_of(matcher) == tidy("---\n 101 C 7")


def test_cancel_both_cancels_the_resting_order_then_the_aggressor(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy_from_oneself(12, CANCEL_BOTH)) == [
        "C NEW leaves 12",
        "A CANCELED self_trade",
        "C CANCELED self_trade",
    ]
    assert picture_of(matcher) == tidy("101 B 5\n ---")


def test_decrement_cancels_the_smaller_aggressor_and_takes_it_off_the_larger_order(matcher):
    draw(matcher, PICTURE)
    events = matcher.apply(buy_from_oneself(4, DECREMENT))
    assert play(matcher, buy_from_oneself(0, DECREMENT)) == ["C REJECTED incorrect_quantity"]
    told = [(int(event["order_qty_lots"]), int(event["leaves_qty_lots"])) for event in events]
    assert told == [(4, 4), (6, 6), (4, 0)]
    assert events["reason"].tolist() == [-1, 115, 115]
    assert picture_of(matcher) == tidy("101 A 6, B 5\n ---")


def test_decrement_cancels_the_smaller_resting_order_and_the_aggressor_goes_on(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy_from_oneself(12, DECREMENT)) == [
        "C NEW leaves 12",
        "A CANCELED self_trade",
        "C RESTATED @ 101 leaves 2 self_trade",
        "B TRADE 2 @ 101 leaves 3",
        "C TRADE 2 @ 101 leaves 0",
    ]


def test_decrement_cancels_both_when_they_are_equal(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy_from_oneself(10, DECREMENT)) == [
        "C NEW leaves 10",
        "A CANCELED self_trade",
        "C CANCELED self_trade",
    ]


def test_decrement_counts_the_whole_of_an_iceberg_which_then_shows_no_more_than_is_left(matcher):
    draw(matcher, "101 A 50 shows 10, B 5\n ---")
    assert play(matcher, buy_from_oneself(45, DECREMENT)) == [
        "C NEW leaves 45",
        "A RESTATED @ 101 leaves 5 self_trade",
        "C CANCELED self_trade",
    ]
    assert picture_of(matcher) == tidy("101 A 5 shows 5, B 5\n ---")


def test_the_partner_of_a_canceled_order_goes_before_the_aggressor(matcher):
    draw(matcher, PICTURE)
    play(matcher, sell("D", 5, at=110, **or_else("A")))
    assert play(matcher, buy_from_oneself(12, CANCEL_BOTH))[1:] == [
        "A CANCELED self_trade",
        "D CANCELED linked_order",
        "C CANCELED self_trade",
    ]


@pytest.mark.parametrize("mode", MODES)
def test_what_stands_ahead_of_ones_own_order_trades_first(matcher, mode):
    draw(matcher, "101 B 5, A 10\n ---")
    assert play(matcher, buy_from_oneself(5, mode)) == [
        "C NEW leaves 5",
        "B TRADE 5 @ 101 leaves 0",
        "C TRADE 5 @ 101 leaves 0",
    ]


def test_the_mode_is_the_aggressors(matcher):
    play(matcher, sell("A", 10, at=101, self_trade_prevention=CANCEL_BOTH))
    assert play(matcher, buy_from_oneself(10, SelfTradePrevention.NONE))[1] == "A TRADE 10 @ 101 leaves 0"


@pytest.mark.parametrize(
    ("quantity", "mode", "fills"),
    [
        (7, CANCEL_PASSIVE, True),
        (8, CANCEL_PASSIVE, False),
        (3, CANCEL_AGGRESSIVE, True),
        (4, CANCEL_AGGRESSIVE, False),
        (3, CANCEL_BOTH, True),
        (4, CANCEL_BOTH, False),
        (3, DECREMENT, True),
        (4, DECREMENT, False),
    ],
)
def test_a_fill_or_kill_order_counts_what_it_can_reach_without_itself(matcher, quantity, mode, fills):
    draw(matcher, "101 D 3, A 10, B 4\n ---")
    events = play(matcher, buy_from_oneself(quantity, mode, time_in_force=TimeInForce.FOK))
    assert (events[-1] == "C CANCELED not_fillable") is not fills
    assert not fills or events[-1].endswith("leaves 0")


def test_of_an_iceberg_ahead_of_ones_own_order_counts_what_it_shows(matcher):
    draw(matcher, "101 D 9 shows 3, A 10\n ---")
    assert play(matcher, buy_from_oneself(4, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "C CANCELED not_fillable"
    )
    assert play(matcher, buy_from_oneself(3, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "C TRADE 3 @ 101 leaves 0"
    )


def test_of_partners_ahead_of_ones_own_order_the_first_counts(matcher):
    play(matcher, sell("D", 3, at=101), sell("E", 3, at=101, **or_else("D")), sell("A", 10, at=101))
    assert play(matcher, buy_from_oneself(4, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "C CANCELED not_fillable"
    )
    assert play(matcher, buy_from_oneself(3, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "E CANCELED linked_order"
    )


def test_under_pro_rata_nothing_of_a_level_with_ones_own_order_counts(matcher):
    draw(matcher, "101 D 3, A 10\n 100 B 4\n ---")
    play(matcher, share_pro_rata())
    assert play(matcher, buy_from_oneself(5, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "C CANCELED not_fillable"
    )
    assert play(matcher, buy_from_oneself(4, CANCEL_BOTH, time_in_force=TimeInForce.FOK))[-1] == (
        "C TRADE 4 @ 100 leaves 0"
    )


def test_an_uncross_prevents_no_self_trade(matcher):
    play(matcher, auction(), sell("A", 5, at=101), buy_from_oneself(5, CANCEL_BOTH))
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 5 @ 101",
        "C TRADE 5 @ 101 leaves 0",
        "A TRADE 5 @ 101 leaves 0",
    ]
