"""Prices and quantities cross the border between Decimal and integer exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vocabulary import limits
from vocabulary.units import NotAMultiple, TooLarge, TradingUnits, average_price, plain

STEPS = ("0.00000001", "0.00005", "0.005", "0.01", "0.05", "0.25", "1", "2.5", "10", "1000")
steps = st.sampled_from(STEPS).map(Decimal)
units = st.builds(TradingUnits, tick_size=steps, lot_size=steps)
ticks = st.integers(1, limits.PRICE_TICKS_MAX)
lots = st.integers(1, limits.ORDER_QTY_LOTS_MAX)
decimals = st.decimals(min_value="0.000000001", max_value=10**12, allow_nan=False, allow_infinity=False, places=9)

SHARE = TradingUnits(tick_size=Decimal("0.01"), lot_size=Decimal(10))


@given(units=units, ticks=ticks)
def test_every_number_of_ticks_has_a_price_that_leads_back_to_it(units, ticks):
    assert units.to_ticks(units.to_price(ticks)) == ticks


@given(units=units, lots=lots)
def test_every_number_of_lots_has_a_quantity_that_leads_back_to_it(units, lots):
    assert units.to_lots(units.to_quantity(lots)) == lots


@given(units=units, price=decimals)
def test_a_price_is_converted_exactly_or_refused_and_never_rounded(units, price):
    try:
        ticks = units.to_ticks(price)
    except NotAMultiple:
        assert price % units.tick_size != 0
    except TooLarge:
        assert price > units.tick_size * limits.PRICE_TICKS_MAX
    else:
        assert units.to_price(ticks) == price


@given(units=units, ticks=ticks, part=st.decimals("0.001", "0.999", places=3))
def test_a_price_between_two_ticks_is_refused(units, ticks, part):
    price = units.to_price(ticks) + units.tick_size * part
    assume(price <= units.to_price(limits.PRICE_TICKS_MAX))
    with pytest.raises(NotAMultiple):
        units.to_ticks(price)


@pytest.mark.parametrize("price", ["0", "-0.01", "0.005", "10.001", "NaN", "Infinity", "-Infinity", "1E-20"])
def test_what_is_no_positive_multiple_of_the_tick_is_no_price(price):
    with pytest.raises(NotAMultiple):
        SHARE.to_ticks(Decimal(price))


@pytest.mark.parametrize("quantity", ["0", "-10", "5", "10.5", "NaN"])
def test_what_is_no_positive_multiple_of_the_lot_is_no_quantity(quantity):
    with pytest.raises(NotAMultiple):
        SHARE.to_lots(Decimal(quantity))


def test_the_largest_price_is_taken_and_one_tick_more_is_too_large():
    largest = SHARE.to_price(limits.PRICE_TICKS_MAX)
    assert SHARE.to_ticks(largest) == limits.PRICE_TICKS_MAX
    with pytest.raises(TooLarge):
        SHARE.to_ticks(largest + SHARE.tick_size)


def test_the_largest_quantity_is_taken_and_one_lot_more_is_too_large():
    largest = SHARE.to_quantity(limits.ORDER_QTY_LOTS_MAX)
    assert SHARE.to_lots(largest) == limits.ORDER_QTY_LOTS_MAX
    with pytest.raises(TooLarge):
        SHARE.to_lots(largest + SHARE.lot_size)


@pytest.mark.parametrize("price", ["1E+20", "1E+999999"])
def test_a_huge_price_is_too_large_and_costs_nothing_to_refuse(price):
    with pytest.raises(TooLarge):
        SHARE.to_ticks(Decimal(price))


def test_a_price_is_the_same_however_many_zeros_it_is_written_with():
    assert SHARE.to_ticks(Decimal("10.05")) == SHARE.to_ticks(Decimal("10.050000")) == 1005
    assert SHARE.to_ticks(Decimal("1E+1")) == 1000


def test_a_price_shows_the_decimal_places_of_its_tick():
    assert str(SHARE.to_price(1000)) == "10.00"
    assert str(TradingUnits(Decimal("0.00005"), Decimal(1)).to_price(21690)) == "1.08450"


@given(units=units, ticks=st.integers(1, 10**6), lots=st.integers(1, 10**6))
def test_money_is_price_times_quantity_to_the_last_digit(units, ticks, lots):
    assert units.to_money(ticks * lots) == units.to_price(ticks) * units.to_quantity(lots)


@pytest.mark.parametrize(
    ("step", "shown"), [("0.01000000", "0.01"), ("1.00000000", "1"), ("1000.0", "1000"), ("2.50", "2.5")]
)
def test_a_step_is_shown_without_the_zeros_that_the_database_pads_it_with(step, shown):
    assert str(plain(Decimal(step))) == shown


def test_an_order_without_a_fill_has_no_average_price():
    assert average_price(tick_lots=0, lots=0, units=SHARE) is None


def test_the_average_of_fills_at_one_price_is_that_price():
    assert average_price(tick_lots=1005 * 30, lots=30, units=SHARE) == Decimal("10.05")


def test_an_average_that_does_not_come_out_even_has_four_places_more_than_the_tick():
    assert average_price(tick_lots=1000 + 1000 + 1001, lots=3, units=SHARE) == Decimal("10.003333")
