"""Prices and quantities: the only place where a Decimal becomes an integer, and back.

Outside the exchange a price is a Decimal in the instrument's currency and a quantity a Decimal in its own unit. Inside,
a price is a whole number of ticks and a quantity a whole number of lots.
"""

from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from vocabulary import limits

NOTHING = Decimal(0)


class NotAMultiple(ValueError):
    """The value is not a positive whole multiple of its step."""


class TooLarge(ValueError):
    """The value is a multiple of its step, but more of them than the exchange can count."""


class TradingUnits(NamedTuple):
    """An instrument's steps: the price of one tick and the quantity of one lot."""

    tick_size: Decimal
    lot_size: Decimal

    def to_ticks(self, price: Decimal) -> int:
        """The price as a number of ticks.

        Raises NotAMultiple when it is not a positive multiple of the tick size, TooLarge above PRICE_TICKS_MAX.
        """
        return _steps(price, step=self.tick_size, steps_max=limits.PRICE_TICKS_MAX)

    def to_lots(self, quantity: Decimal) -> int:
        """The quantity as a number of lots.

        Raises NotAMultiple when it is not a positive multiple of the lot size, TooLarge above ORDER_QTY_LOTS_MAX.
        """
        return _steps(quantity, step=self.lot_size, steps_max=limits.ORDER_QTY_LOTS_MAX)

    def to_price(self, ticks: int) -> Decimal:
        """The price of a number of ticks, with the decimal places of the tick size."""
        return self.tick_size * ticks

    def to_quantity(self, lots: int) -> Decimal:
        """The quantity of a number of lots, with the decimal places of the lot size."""
        return self.lot_size * lots

    def to_money(self, tick_lots: int) -> Decimal:
        """The money in a sum of price ticks times quantity lots."""
        return self.tick_size * self.lot_size * tick_lots


def _steps(value: Decimal, *, step: Decimal, steps_max: int) -> int:
    if not value.is_finite() or value <= NOTHING:
        raise NotAMultiple(value)
    try:
        whole, rest = divmod(value, step)
    except InvalidOperation as error:
        raise TooLarge(value) if value > step * steps_max else NotAMultiple(value) from error
    steps = int(whole)
    if steps > steps_max or (rest and steps == steps_max):
        raise TooLarge(value)
    if rest:
        raise NotAMultiple(value)
    return steps


def plain(step: Decimal) -> Decimal:
    """A step without trailing zeros, so that prices and quantities show the decimal places that matter."""
    normal = step.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral_value() else normal


def average_price(*, tick_lots: int, lots: int, units: TradingUnits) -> Decimal | None:
    """The average price of fills that sum to ``tick_lots`` over ``lots``; None when nothing was filled.

    Rounded half even to four places beyond the tick size, as an average has no tick of its own.
    """
    if lots == 0:
        return None
    places = units.tick_size.scaleb(-4)
    return plain((units.tick_size * tick_lots / lots).quantize(places))
