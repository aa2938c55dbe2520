"""What a fill costs: the rates, and the one rule of rounding."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vocabulary import limits
from vocabulary.fees import FeeRates
from vocabulary.orders import LiquiditySide
from vocabulary.units import TradingUnits

CENTS = TradingUnits(tick_size=Decimal("0.01"), lot_size=Decimal(1))
RATES = FeeRates(
    maker_bps=Decimal("-0.25"),
    taker_bps=Decimal("1.5"),
    maker_per_lot=Decimal("-0.000001"),
    taker_per_lot=Decimal("0.002"),
)


@pytest.mark.parametrize(
    ("liquidity", "micros"),
    [
        # 7 lots at 10.01 are worth 70.07: a quarter of a basis point of it is 0.00175175, a lot gives back 0.000001.
        (LiquiditySide.MAKER, -1_752 - 7),
        # One and a half basis points of it are 0.0105105, and seven lots cost 0.014.
        (LiquiditySide.TAKER, 10_510 + 14_000),
        (LiquiditySide.AUCTION, 10_510 + 14_000),
    ],
)
def test_a_fee_is_rounded_down_to_a_micro_unit_in_the_accounts_favour(liquidity, micros):
    assert RATES.micros(tick_lots=7 * 1001, lots=7, liquidity=liquidity, units=CENTS) == micros


@given(
    bps=st.integers(-10_000, 10_000),
    fills=st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=8),
)
def test_an_order_in_pieces_never_pays_more_than_its_exact_fee_nor_than_it_reserved(bps, fills):
    rates = FeeRates(taker_bps=Decimal(bps).scaleb(-4), taker_per_lot=Decimal("0.000003"))
    paid = sum(
        rates.micros(tick_lots=ticks * lots, lots=lots, liquidity=LiquiditySide.TAKER, units=CENTS)
        for ticks, lots in fills
    )
    lots, tick_lots = sum(lots for _, lots in fills), sum(ticks * lots for ticks, lots in fills)
    exact = Fraction(tick_lots, 100) * Fraction(bps, 10**8) * 10**6 + 3 * lots
    assert exact - len(fills) < paid <= exact
    highest = max(ticks for ticks, _ in fills)
    reserved = rates.cost(tick_lots=highest * lots, lots=lots, units=CENTS)
    assert CENTS.to_money(tick_lots) + Decimal(paid).scaleb(-6) <= reserved


@given(
    bps=st.integers(-limits.FEE_BPS_MAX * 10**4, limits.FEE_BPS_MAX * 10**4),
    tick_lots=st.integers(1, limits.ORDER_TICK_LOTS_MAX),
)
@example(bps=9_999_999, tick_lots=limits.ORDER_TICK_LOTS_MAX - 1)
def test_a_fee_is_exact_however_large_the_fill_is(bps, tick_lots):
    rates = FeeRates(maker_bps=Decimal(bps).scaleb(-4))
    micros = rates.micros(tick_lots=tick_lots, lots=1, liquidity=LiquiditySide.MAKER, units=CENTS)
    assert micros == math.floor(Fraction(tick_lots, 100) * Fraction(bps, 10**8) * 10**6)


def test_a_purchase_reserves_its_value_and_the_worst_fee_that_either_side_may_cost():
    assert RATES.cost(tick_lots=7 * 1001, lots=7, units=CENTS) == Decimal("70.0945105")


def test_a_rebate_is_not_reserved():
    assert FeeRates(maker_bps=Decimal(-5)).cost(tick_lots=1001, lots=1, units=CENTS) == Decimal("10.01")
