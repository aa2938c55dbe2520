"""Fees: what a fill costs whoever made it and whoever took it, and the one rule by which that is rounded.

A fee is basis points of the fill's value plus an amount for each lot, computed exactly and rounded down to a whole
micro-unit, a millionth of the currency, in the account's favour: of a fee the part of a micro-unit is not charged, of
a rebate it is given. So an order filled in pieces never pays more than the same order filled at once.
"""

from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from vocabulary import limits
from vocabulary.orders import LiquiditySide
from vocabulary.units import TradingUnits

MICROS = Decimal("0.000001")
MONEY_STEP = Decimal("0.00000001")
RATE_STEPS_PER_MICRO = 10**10
"""Money counts in steps of 1e-8 and rates in 1e-4 of a basis point, 1e-8 of the value: their product in 1e-16."""


class FeeRates(NamedTuple):
    """A schedule: rates in basis points and amounts for each lot; below zero for a rebate.

    In an auction nobody makes or takes: both sides pay as takers.
    """

    maker_bps: Decimal = Decimal(0)
    taker_bps: Decimal = Decimal(0)
    maker_per_lot: Decimal = Decimal(0)
    taker_per_lot: Decimal = Decimal(0)

    def micros(self, *, tick_lots: int, lots: int, liquidity: int, units: TradingUnits) -> int:
        """The fee of one fill in micro-units of the currency, rounded down; below zero for a rebate."""
        is_maker = liquidity == LiquiditySide.MAKER
        rate = self.maker_bps if is_maker else self.taker_bps
        per_lot = self.maker_per_lot if is_maker else self.taker_per_lot
        factor = money_steps(units) * int(rate.scaleb(4))
        return tick_lots * factor // RATE_STEPS_PER_MICRO + lots * int(per_lot.scaleb(6))

    @property
    def worst_rate(self) -> Decimal:
        """The largest part of its value that a fill may cost, whichever side it is on; never below zero."""
        return max(self.maker_bps, self.taker_bps, Decimal(0)).scaleb(-4)

    @property
    def worst_per_lot(self) -> Decimal:
        """The most that a lot may cost beside that, whichever side it is on; never below zero."""
        return max(self.maker_per_lot, self.taker_per_lot, Decimal(0))

    def worst(self, *, tick_lots: int, lots: int, units: TradingUnits) -> Decimal:
        """The most that fills of ``lots`` at no more than these tick-lots may cost in fees, in money, exactly."""
        return units.to_money(tick_lots) * self.worst_rate + lots * self.worst_per_lot

    def is_countable(self, *, tick_lots: int, lots: int, units: TradingUnits) -> bool:
        """Whether the fees of an order of this size, or its rebates, stay within what the exchange counts."""
        if self is FREE:
            return True
        largest = max(abs(self.maker_bps), abs(self.taker_bps)).scaleb(-4)
        largest_per_lot = max(abs(self.maker_per_lot), abs(self.taker_per_lot))
        return units.to_money(tick_lots) * largest + lots * largest_per_lot <= MICROS * limits.FEE_MICROS_MAX

    def cost(self, *, tick_lots: int, lots: int, units: TradingUnits) -> Decimal:
        """What a purchase of ``lots`` may come to with its fees, rounded up to money's last place."""
        exact = units.to_money(tick_lots)
        if self is not FREE:
            exact += self.worst(tick_lots=tick_lots, lots=lots, units=units)
        return exact.quantize(MONEY_STEP, rounding=ROUND_CEILING)


FREE = FeeRates()


def money_steps(units: TradingUnits) -> int:
    """The money in one tick of one lot, counted in money's last place."""
    return int(units.to_money(1).scaleb(8))


def money_steps_of(amount: Decimal) -> int:
    """An amount of money counted in money's last place, in which it must be whole."""
    steps = amount.scaleb(8)
    assert steps == int(steps), "money has eight decimal places"
    return int(steps)


def money_of(micros: int) -> Decimal:
    """Micro-units as money."""
    return MICROS * micros
