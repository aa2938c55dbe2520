"""Margin: whichever open orders trade while the marks stand, what is available does not fall."""

import os
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from market import margin
from market.margin import Exposure
from vocabulary.orders import Side

EXAMPLES = 3_000 if os.environ.get("MARKETOPS_NIGHTLY") else 200
MARK = Decimal(100)
ORDERS = st.lists(
    st.tuples(st.sampled_from(list(Side)), st.integers(1, 50), st.integers(60, 140), st.integers(0, 100)), max_size=8
)


def off(side, price):
    """What a lot loses against the mark at this price."""
    return max(0, price - MARK if side is Side.BUY else MARK - price)


WRITTEN = st.sampled_from([None, Decimal(30), Decimal(250)])
"""What a lot of an option requires that is written; of a share nothing."""


def exposure_of(position, orders, written=None):
    exposure = Exposure(
        lot_value=MARK,
        initial_bps=5_000,
        maintenance_bps=2_500,
        written_lot_margin=written,
        position_lots=position,
    )
    for side, lots, price, _ in orders:
        exposure = exposure.with_order(side, lots=lots, value=lots * MARK, adverse=off(side, price) * lots)
    return exposure


@settings(max_examples=EXAMPLES, deadline=None)
@given(position=st.integers(-80, 80), orders=ORDERS, better=st.integers(0, 30), written=WRITTEN)
def test_whichever_orders_trade_at_no_worse_than_their_prices_what_is_available_does_not_fall(
    position, orders, better, written
):
    cash = Decimal(10_000)
    before = exposure_of(position, orders, written)
    left = []
    for side, lots, price, percent in orders:
        filled = lots * percent // 100
        paid = max(1, price - better) if side is Side.BUY else price + better
        sign = 1 if side is Side.BUY else -1
        position += sign * filled
        cash -= sign * filled * paid
        if filled < lots:
            left.append((side, lots - filled, price, 0))
    after = exposure_of(position, left, written)
    available = margin.equity(Decimal(10_000), [before]) - margin.required([before])
    assert margin.equity(cash, [after]) - margin.required([after]) >= available


@given(position=st.integers(-80, 80), orders=ORDERS, written=WRITTEN)
def test_an_order_more_never_requires_less_and_one_less_gives_back_exactly_what_it_took(position, orders, written):
    whole = exposure_of(position, orders, written)
    for place in range(len(orders)):
        assert margin.required([exposure_of(position, orders[:place], written)]) <= margin.required([whole])
    assert whole.without_orders() == exposure_of(position, [], written)


@given(position=st.integers(-80, 80), lots=st.integers(1, 100), side=st.sampled_from(list(Side)))
def test_an_order_closes_exactly_when_the_position_cannot_grow_by_it(position, lots, side):
    exposure = exposure_of(position, [])
    after = exposure.with_order(side, lots=lots, value=Decimal(0), adverse=Decimal(0))
    assert exposure.closes(side, lots=lots) == (
        after.worst_lots == abs(position) and (position > 0) == (side is Side.SELL) and lots <= abs(position)
    )


def test_a_short_position_requires_as_much_as_a_long_one():
    long, short = exposure_of(10, []), exposure_of(-10, [])
    assert long.initial == short.initial == 500
    assert long.maintenance == short.maintenance == 250
    assert (long.market_value, short.market_value) == (1000, -1000)


def test_the_requirement_is_rounded_up_once_in_the_end():
    third = replace(exposure_of(0, []), adverse=Decimal("0.000000001"))
    assert margin.required([third, third]) == Decimal("0.00000001")
