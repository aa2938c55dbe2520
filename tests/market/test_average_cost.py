"""Average cost: what a holding has cost, exactly, and what closing it has earned."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from market.average_cost import Holding, after_fill

FILLS = st.lists(
    st.tuples(st.integers(-50, 50).filter(bool), st.integers(1, 10**6)),
    max_size=30,
)


def held_after(*fills: tuple[int, int]) -> Holding:
    held = Holding()
    for lots, price in fills:
        held = after_fill(held, signed_lots=lots, lot_price_steps=price)
    return held


def test_buying_adds_what_was_paid_and_selling_takes_out_the_average():
    assert held_after((2, 100), (1, 103)) == Holding(3, 303)
    assert held_after((2, 100), (1, 103), (-1, 500)) == Holding(2, 202)


def test_what_rounding_leaves_stays_with_the_lots_that_remain_until_the_last_one_takes_it():
    assert held_after((2, 1), (1, 2), (-1, 9)) == Holding(2, 3)
    assert held_after((2, 1), (1, 2), (-1, 9), (-2, 9)) == Holding(0, 0)


def test_a_short_position_is_the_same_with_the_sign_turned():
    assert held_after((-2, 1), (-1, 2), (1, 9)) == Holding(-2, -3)


def test_a_fill_that_crosses_zero_closes_first_and_opens_at_its_own_price():
    assert held_after((2, 100), (-5, 90)) == Holding(-3, -270)
    assert held_after((-2, 100), (5, 90)) == Holding(3, 270)


@given(FILLS)
def test_what_was_earned_and_what_still_stands_as_cost_is_what_was_paid(fills):
    held, cash, earned = Holding(), 0, 0
    for lots, price in fills:
        before, paid = held, lots * price
        held = after_fill(held, signed_lots=lots, lot_price_steps=price)
        cash -= paid
        earned += held.cost_steps - before.cost_steps - paid
    assert earned == cash + held.cost_steps
    assert held.lots == sum(lots for lots, _ in fills)
    assert (held.cost_steps == 0) if held.lots == 0 else (held.cost_steps * held.lots > 0 or held.cost_steps == 0)


@given(FILLS)
def test_the_cost_is_within_a_step_for_each_closing_fill_of_the_exact_average(fills):
    held, exact_lots, exact, closings = Holding(), 0, Fraction(0), 0
    for lots, price in fills:
        held = after_fill(held, signed_lots=lots, lot_price_steps=price)
        if exact_lots * lots >= 0:
            exact += lots * price
        elif abs(lots) >= abs(exact_lots):
            exact = Fraction((exact_lots + lots) * price)
            closings = 0
        else:
            exact -= exact * abs(lots) / abs(exact_lots)
            closings += 1
        exact_lots += lots
        assert abs(held.cost_steps - exact) <= closings
