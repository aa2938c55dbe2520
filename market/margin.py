"""Margin: what the positions and the open orders of a MARGIN account require of its equity. Pure and exact.

For each instrument, with q the position in lots (below zero when short), B and S the open lots to buy and to sell, and
m the value of one lot at its mark:

    worst lots   = max(|q + B|, |q - S|)
    initial      = m * worst lots * initial rate + adverse
    maintenance  = m * |q| * maintenance rate
    adverse      = what open orders would lose against the mark if each traded at its worst price, and their worst fees

Of an option, with w what one written lot requires (``market.written_options``):

    initial      = max(m * (q + B) * initial rate, w * (S - q)) + adverse         neither of the two below zero
    maintenance  = w * |q| when short

and for the account, over its instruments:

    equity    = cash + sum of m * q          cash being deposits and what fills have moved
    required  = sum of initial, rounded up to money's eighth place: the only rounding
    available = equity - required

So whichever open orders trade, wholly or in part, at prices no worse than their own: while the marks stand, what is
available does not fall. An order that is filled, canceled, replaced, expired or rejected requires nothing more from the
moment its row says so, for the figures are sums over those rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from vocabulary.fees import MONEY_STEP
from vocabulary.orders import Side

NOTHING = Decimal(0)
BPS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an account has at stake in one instrument: its position and its open orders, valued at the mark.

    ``lot_value`` is the value of one lot at the mark; ``value`` that of the open orders, ``adverse`` what they would
    lose against the mark at their worst prices, fees included. ``written_lot_margin`` is what a lot of an option
    requires that the account has written; None for all that is no option.
    """

    lot_value: Decimal
    initial_bps: int
    maintenance_bps: int
    written_lot_margin: Decimal | None = None
    position_lots: int = 0
    buy_lots: int = 0
    sell_lots: int = 0
    value: Decimal = NOTHING
    adverse: Decimal = NOTHING

    @property
    def worst_lots(self) -> int:
        """The largest position, long or short, that the open orders can lead to."""
        return max(abs(self.position_lots + self.buy_lots), abs(self.position_lots - self.sell_lots))

    @property
    def market_value(self) -> Decimal:
        """The position at its mark; below zero when short."""
        return self.lot_value * self.position_lots

    @property
    def gross_value(self) -> Decimal:
        """The value of the largest position that the open orders can lead to."""
        return self.lot_value * self.worst_lots

    @property
    def initial(self) -> Decimal:
        """What must be there to open this."""
        if self.written_lot_margin is None:
            return self.gross_value * self.initial_bps * BPS + self.adverse
        held = max(0, self.position_lots + self.buy_lots) * self.lot_value * self.initial_bps * BPS
        return max(held, max(0, self.sell_lots - self.position_lots) * self.written_lot_margin) + self.adverse

    @property
    def maintenance(self) -> Decimal:
        """What must be there to keep the position."""
        if self.written_lot_margin is not None and self.position_lots < 0:
            return -self.position_lots * self.written_lot_margin
        return abs(self.market_value) * self.maintenance_bps * BPS

    def closes(self, side: Side, *, lots: int) -> bool:
        """Whether so much more to one side only makes the position smaller, all open orders of that side filled."""
        if side is Side.BUY:
            return self.buy_lots + lots <= -self.position_lots
        return self.sell_lots + lots <= self.position_lots

    def with_order(self, side: Side, *, lots: int, value: Decimal, adverse: Decimal) -> "Exposure":
        """The same with one more open order, or with so much more of one."""
        bought, sold = (lots, 0) if side is Side.BUY else (0, lots)
        return replace(
            self,
            buy_lots=self.buy_lots + bought,
            sell_lots=self.sell_lots + sold,
            value=self.value + value,
            adverse=self.adverse + adverse,
        )

    def without_orders(self) -> "Exposure":
        """The position alone."""
        return replace(self, buy_lots=0, sell_lots=0, value=NOTHING, adverse=NOTHING)


def equity(cash: Decimal, exposures: Iterable[Exposure]) -> Decimal:
    """What the account would have if all positions were closed at their marks, without fees."""
    return cash + sum((exposure.market_value for exposure in exposures), NOTHING)


def required(exposures: Iterable[Exposure]) -> Decimal:
    """The initial margin of positions and open orders, rounded up to money's eighth place."""
    return _up(sum((exposure.initial for exposure in exposures), NOTHING))


def maintenance(exposures: Iterable[Exposure]) -> Decimal:
    """The maintenance margin of the positions, rounded up to money's eighth place."""
    return _up(sum((exposure.maintenance for exposure in exposures), NOTHING))


def gross_value(exposures: Iterable[Exposure]) -> Decimal:
    """The value of all positions, long and short, at the largest that open orders can lead to."""
    return sum((exposure.gross_value for exposure in exposures), NOTHING)


def _up(amount: Decimal) -> Decimal:
    return amount.quantize(MONEY_STEP, rounding=ROUND_CEILING)
