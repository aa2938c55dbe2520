"""The rules of trailing stops, drawn."""

import numpy as np
import pytest

from tests.matching.drawing import (
    buy,
    play,
    print_at,
    rebase,
    replace,
    resume,
    sell,
    set_reference,
    stop_sell,
    trailing,
    waiting,
)
from vocabulary.limits import LADDER_LEVELS_MAX
from vocabulary.orders import OrdType, Side


def trail_sell(name: str, *, quantity: int = 5, **terms: int) -> np.ndarray:
    return trailing(name, Side.SELL, quantity, **terms)


def trail_buy(name: str, *, quantity: int = 5, **terms: int) -> np.ndarray:
    return trailing(name, Side.BUY, quantity, **terms)


def test_a_trailing_stop_starts_from_the_last_price(matcher):
    play(matcher, set_reference(150))
    print_at(matcher, 100)
    play(matcher, trail_sell("A", ticks=3), trail_buy("B", ticks=4))
    assert waiting(matcher) == ["A sell 5 stop 97", "B buy 5 stop 104"]


def test_without_a_last_price_it_starts_from_the_reference_price(matcher):
    play(matcher, set_reference(150), trail_buy("A", bps=200))
    assert waiting(matcher) == ["A buy 5 stop 153"]


def test_without_either_it_is_rejected(matcher):
    assert play(matcher, trail_sell("A", ticks=3)) == ["A REJECTED no_reference_price"]
    assert play(matcher, trail_sell("A", ticks=3, stop_px=50)) == ["A NEW leaves 5 hides 5"]


def test_a_stop_price_that_would_be_outside_the_range_is_rejected(matcher):
    play(matcher, set_reference(3))
    assert play(matcher, trail_sell("A", ticks=3)) == ["A REJECTED price_out_of_range"]
    assert play(matcher, trail_sell("A", ticks=2)) == ["A NEW leaves 5 hides 5"]


def test_a_sell_stop_follows_the_market_up_and_never_down(matcher):
    print_at(matcher, 100)
    play(matcher, trail_sell("A", ticks=3))
    for price, stop_px in ((105, 102), (103, 102), (104, 102), (106, 103)):
        print_at(matcher, price)
        assert waiting(matcher) == [f"A sell 5 stop {stop_px}"]
    assert play(matcher, buy("B", 1, at=103), sell("C", 1, at=103))[-2:] == [
        "A TRIGGERED leaves 5",
        "A CANCELED no_liquidity",
    ]


def test_a_buy_stop_follows_the_market_down_and_never_up(matcher):
    print_at(matcher, 100)
    play(matcher, trail_buy("A", ticks=3))
    for price, stop_px in ((95, 98), (97, 98), (94, 97)):
        print_at(matcher, price)
        assert waiting(matcher) == [f"A buy 5 stop {stop_px}"]
    assert play(matcher, sell("B", 1, at=97), buy("C", 1, at=97))[-2] == "A TRIGGERED leaves 5"


def test_an_offset_in_basis_points_is_of_the_last_price_and_at_least_one_tick(matcher):
    print_at(matcher, 100)
    play(matcher, trail_sell("A", bps=150), trail_sell("B", bps=1))
    assert waiting(matcher) == ["A sell 5 stop 99", "B sell 5 stop 99"]
    print_at(matcher, 200)
    assert waiting(matcher) == ["B sell 5 stop 199", "A sell 5 stop 197"]


def test_a_moved_stop_goes_to_the_end_of_the_queue_at_its_new_price(matcher):
    play(matcher, trail_sell("A", ticks=3, stop_px=97), stop_sell("B", 1, stop_px=102))
    print_at(matcher, 105)
    assert waiting(matcher) == ["B sell 1 stop 102", "A sell 5 stop 102"]


def test_trailing_stops_move_in_entry_order(matcher):
    play(matcher, trail_sell("B", ticks=3, stop_px=96), trail_sell("A", ticks=3, stop_px=97))
    assert waiting(matcher) == ["A sell 5 stop 97", "B sell 5 stop 96"]
    print_at(matcher, 105)
    assert waiting(matcher) == ["B sell 5 stop 102", "A sell 5 stop 102"]


def test_moving_a_stop_gives_no_event(matcher):
    play(matcher, trail_sell("A", ticks=3, stop_px=97))
    assert len(play(matcher, sell("B", 1, at=105), buy("C", 1, at=105))) == 4
    assert waiting(matcher) == ["A sell 5 stop 102"]


def test_stops_move_on_entering_continuous_trading_though_nothing_has_traded(matcher):
    print_at(matcher, 105)
    play(matcher, trail_sell("A", ticks=3, stop_px=97))
    assert waiting(matcher) == ["A sell 5 stop 97"]
    assert play(matcher, resume()) == ["PHASE_CHANGED CONTINUOUS"]
    assert waiting(matcher) == ["A sell 5 stop 102"]


def test_the_stop_price_of_a_trailing_stop_is_not_replaced(matcher):
    play(matcher, trail_sell("A", ticks=3, stop_px=97))
    assert play(matcher, replace("A", 5, at=None, stop_px_ticks=98)) == ["A REPLACE_REJECTED invalid_terms"]
    assert play(matcher, replace("A", 9, at=None)) == ["A REPLACED leaves 9 hides 9"]
    assert waiting(matcher) == ["A sell 9 stop 97"]


def test_a_stop_stays_where_it_is_when_it_would_move_out_of_the_range(matcher):
    print_at(matcher, 1)
    play(matcher, trail_buy("A", ticks=3, stop_px=190))
    assert play(matcher, rebase(150), resume()) == ["RULES_CHANGED", "PHASE_CHANGED CONTINUOUS"]
    assert waiting(matcher) == ["A buy 5 stop 190"]


@pytest.mark.parametrize(
    "order",
    [
        trail_sell("A", stop_px=97),
        trail_sell("A", ticks=-1, stop_px=97),
        trail_sell("A", ticks=LADDER_LEVELS_MAX + 1, stop_px=97),
        trail_sell("A", bps=10_001, stop_px=97),
        trail_sell("A", ticks=3, stop_px=97, ord_type=OrdType.STOP_LIMIT, price_ticks=97),
        stop_sell("A", 5, stop_px=97, peg_offset=3),
        stop_sell("A", 5, stop_px=97, peg_offset_type=1),
        sell("A", 5, at=101, peg_price_type=8, peg_offset=3),
    ],
)
def test_only_stop_orders_trail_and_by_an_offset_within_bounds(matcher, order):
    assert play(matcher, order) == ["A REJECTED invalid_terms"]
