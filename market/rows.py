"""What intake reads before it decides: instruments with their books' state, accounts with their means."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from market import marks
from market.margin import Exposure
from vocabulary.account_limits import UNBOUNDED, AccountLimits
from vocabulary.fees import FREE, FeeRates
from vocabulary.phases import TradingPhase
from vocabulary.roles import AccountKind
from vocabulary.units import TradingUnits


class ListedInstrument(NamedTuple):
    """An instrument's rules and its book's phase and top, as one statement read them.

    ``written_lot_margin`` is what a lot of an option requires of a MARGIN account that has written it.
    """

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
    initial_margin_bps: int = 0
    maintenance_margin_bps: int = 0
    is_option: bool = False
    written_lot_margin: Decimal | None = None

    @property
    def mark_ticks(self) -> int | None:
        """The price at which what is held of it is valued; None where there is none."""
        return marks.mark_ticks(
            bid=self.bid_ticks,
            offer=self.offer_ticks,
            last=self.last_px_ticks,
            reference=self.book_reference_ticks or self.reference_ticks or None,
        )


@dataclass(slots=True)
class Means:
    """What an account can still do. Checks of one request draw it down as they go.

    A CASH account has ``buying_power`` and ``sellable_lots``, a MARGIN account ``cash``. ``exposures``, by instrument,
    are there for a MARGIN account and for one that a limit on positions or open orders holds.
    """

    open_orders: int = 0
    buying_power: Decimal | None = None
    cash: Decimal | None = None
    sellable_lots: dict[int, int] = field(default_factory=dict)
    exposures: dict[int, Exposure] = field(default_factory=dict)


class LinkedOrder(NamedTuple):
    """An open order that another one is to be tied to."""

    order_id: int
    instrument_id: int
    side: int
    ord_type: int
    cum_qty_lots: int
    leaves_qty_lots: int


class ClassTerms(NamedTuple):
    """When the accounts of a class trade, and in what; no symbols are all. ``read_at``: since when the lock is had."""

    symbols: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    read_at: datetime


@dataclass(frozen=True)
class TradedAccount:
    """An account that intake has locked for an actor who may trade it.

    ``kill_reason`` is why its kill switch is on, None while it is off; ``class_terms`` are those of the class that the
    account is in, if any.
    """

    account_id: int
    number: str
    kind: AccountKind
    currency: str
    limits: AccountLimits = UNBOUNDED
    kill_reason: str | None = None
    is_liquidating: bool = False
    class_terms: ClassTerms | None = None

    @cached_property
    def needs_exposures(self) -> bool:
        """Whether its orders are weighed against its positions and open orders instrument by instrument."""
        return (
            self.kind is AccountKind.MARGIN
            or self.limits.position_qty_max is not None
            or self.limits.unexecuted_value_max is not None
            or (self.kind is AccountKind.HOUSE and self.bounds_orders)
        )

    @cached_property
    def is_valued(self) -> bool:
        """Whether what its orders are worth matters to any of its rules."""
        return self.limits.order_value_max is not None or self.needs_exposures

    @property
    def bounds_orders(self) -> bool:
        """Whether it may have only so many open orders."""
        return self.limits.open_orders_max is not None
