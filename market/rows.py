"""What intake reads before it decides: instruments with their books' state, accounts with their means."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from vocabulary.fees import FREE, FeeRates
from vocabulary.phases import TradingPhase
from vocabulary.roles import AccountKind
from vocabulary.units import TradingUnits


class ListedInstrument(NamedTuple):
    """An instrument's rules and its book's phase and top, as one statement read them."""

    instrument_id: int
    symbol: str
    currency: str
    units: TradingUnits
    reference_ticks: int
    low_limit_ticks: int
    high_limit_ticks: int
    order_qty_lots_max: int
    phase: TradingPhase
    phase_reason: str
    bid_ticks: int | None
    offer_ticks: int | None
    last_px_ticks: int | None
    book_reference_ticks: int | None = None
    fees: FeeRates = FREE


@dataclass(slots=True)
class Means:
    """What a cash account can still spend and sell. Checks of one request draw it down as they go."""

    buying_power: Decimal
    open_orders: int
    sellable_lots: dict[int, int] = field(default_factory=dict)

    def copy(self) -> "Means":
        """The same means, to be drawn down apart from these."""
        return Means(self.buying_power, self.open_orders, dict(self.sellable_lots))


class LinkedOrder(NamedTuple):
    """An open order that another one is to be tied to."""

    order_id: int
    instrument_id: int
    side: int
    ord_type: int
    cum_qty_lots: int
    leaves_qty_lots: int


class TradedAccount(NamedTuple):
    """An account that intake has locked for an actor who may trade it."""

    account_id: int
    number: str
    kind: AccountKind
    currency: str
