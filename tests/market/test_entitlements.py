"""What a corporate action makes of a position: nothing is lost by rounding but to the exchange, and never a lot."""

from hypothesis import given
from hypothesis import strategies as st

from market import entitlements
from market.average_cost import Holding

LOTS = st.integers(-(10**6), 10**6)
UNITS = st.integers(1, 1_000)
PRICES = st.integers(0, 10**12)


def test_a_dividend_is_received_by_who_is_long_and_paid_by_who_is_short():
    assert entitlements.of_dividend(Holding(30, 900), lot_steps=7) == (0, 210, Holding(30, 900))
    assert entitlements.of_dividend(Holding(-30, -900), lot_steps=7) == (0, -210, Holding(-30, -900))


def test_three_for_two_of_five_lots_are_seven_and_money_for_a_half():
    assert entitlements.of_split(Holding(5, 750), new=3, old=2, lot_price_steps=101) == (2, 50, Holding(7, 700))
    assert entitlements.of_split(Holding(-5, -750), new=3, old=2, lot_price_steps=101) == (-2, -50, Holding(-7, -700))


def test_one_for_ten_of_nine_lots_is_money_alone():
    assert entitlements.of_split(Holding(9, 90), new=1, old=10, lot_price_steps=1_000) == (-9, 900, Holding(0, 0))


def test_a_payout_leaves_nothing_behind():
    assert entitlements.of_payout(Holding(4, 400), lot_price_steps=70) == (-4, 280, Holding())
    assert entitlements.of_payout(Holding(-4, -400), lot_price_steps=0) == (4, 0, Holding())


@given(lots=LOTS, cost=st.integers(0, 10**12), new=UNITS, old=UNITS, price=PRICES)
def test_long_and_short_get_the_same_with_the_sign_turned(lots, cost, new, old, price):
    long = entitlements.of_split(Holding(abs(lots), cost), new=new, old=old, lot_price_steps=price)
    short = entitlements.of_split(Holding(-abs(lots), -cost), new=new, old=old, lot_price_steps=price)
    assert (short.lots, short.money_steps) == (-long.lots, -long.money_steps)
    assert short.held == Holding(-long.held.lots, -long.held.cost_steps)


@given(lots=LOTS, cost=st.integers(0, 10**12), new=UNITS, old=UNITS, price=PRICES)
def test_a_split_gives_away_less_than_a_lot_and_less_than_its_worth(lots, cost, new, old, price):
    held = Holding(lots, cost if lots > 0 else -cost)
    given_out = entitlements.of_split(held, new=new, old=old, lot_price_steps=price)
    cut_off = abs(lots * new) - abs(given_out.held.lots) * old
    assert 0 <= cut_off < old
    assert 0 <= price * cut_off - abs(given_out.money_steps) * old < old
    assert abs(given_out.held.cost_steps) <= abs(held.cost_steps)


@given(positions=st.lists(LOTS, max_size=8), exchange=LOTS, new=UNITS, old=UNITS, price=PRICES)
def test_the_exchange_takes_what_the_fractions_of_all_come_to(positions, exchange, new, old, price):
    others = [*positions, -sum(positions) - exchange]
    after = [entitlements.of_split(Holding(lots), new=new, old=old, lot_price_steps=price).held for lots in others]
    held = entitlements.after_split_of_exchange(
        Holding(exchange), new=new, old=old, lot_price_steps=price, lots=-sum(one.lots for one in after)
    )
    assert held.lots + sum(one.lots for one in after) == 0
    assert abs(held.lots * old - exchange * new) < old * len(others)
