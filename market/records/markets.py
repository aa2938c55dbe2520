"""Instruments and their markets: rules, tops, depth and trades."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vocabulary import limits
from vocabulary.calendars import CalendarKind
from vocabulary.options import PutOrCall, SettlementBasis
from vocabulary.orders import (
    Side,
)
from vocabulary.phases import AllocationRule, TradingPhase


@dataclass(frozen=True, slots=True)
class OptionRecord:
    """What makes an instrument an option. What it was settled by is there once it has expired."""

    underlying: str
    put_or_call: PutOrCall
    strike_price: Decimal
    contract_multiplier: Decimal
    expires_at: datetime
    settlement_price: Decimal | None
    settlement_basis: SettlementBasis | None


@dataclass(frozen=True, slots=True)
class InstrumentRecord:
    """An instrument, the rules of its trading and the state of its book."""

    instrument_id: int
    symbol: str
    name: str
    kind: str
    currency: str
    tick_size: Decimal
    lot_size: Decimal
    reference_price: Decimal
    low_limit_price: Decimal
    high_limit_price: Decimal
    order_qty_max: Decimal
    phase: TradingPhase
    phase_reason: str
    static_band_bps: int = 0
    dynamic_band_bps: int = 0
    volatility_auction_s: int = limits.VOLATILITY_AUCTION_S
    allocation: AllocationRule = AllocationRule.PRICE_TIME
    auction_ends_at: datetime | None = None
    calendar: CalendarKind = CalendarKind.ALWAYS_OPEN
    next_phase: TradingPhase | None = None
    next_phase_at: datetime | None = None
    delisted_at: datetime | None = None
    option: OptionRecord | None = None


@dataclass(frozen=True, slots=True)
class TickerRecord:
    """An instrument's market at a glance. ``change`` is against the reference price; volume is of the last 24 hours.

    In a phase that collects orders the indicative price is that at which most would trade now, ``indicative_qty`` what
    would trade at it, and ``imbalance_qty`` what buyers want of it beyond what is offered, below zero for a surplus.
    """

    symbol: str
    name: str
    kind: str
    currency: str
    phase: TradingPhase
    phase_reason: str
    reference_price: Decimal
    last_px: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None
    bid_px: Decimal | None
    bid_qty: Decimal | None
    offer_px: Decimal | None
    offer_qty: Decimal | None
    spread: Decimal | None
    high_px: Decimal | None
    low_px: Decimal | None
    volume: Decimal
    indicative_px: Decimal | None
    indicative_qty: Decimal | None
    imbalance_qty: Decimal | None
    auction_ends_at: datetime | None
    last_sequence: int


@dataclass(frozen=True, slots=True)
class TopRecord:
    """The top of a book: its phase, the best prices on either side and the last price."""

    symbol: str
    phase: TradingPhase
    bid_px: Decimal | None
    offer_px: Decimal | None
    last_px: Decimal | None


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """One price level of a book: the price, the open quantity at it and the number of orders."""

    price: Decimal
    quantity: Decimal
    order_count: int


@dataclass(frozen=True, slots=True)
class DepthRecord:
    """A book aggregated by price, true at ``last_sequence`` of its life ``epoch``. Best prices first."""

    symbol: str
    epoch: str
    last_sequence: int
    phase: TradingPhase
    bids: tuple[DepthLevel, ...]
    offers: tuple[DepthLevel, ...]


@dataclass(frozen=True, slots=True)
class FullDepthOrder:
    """One order as a book shows it: its name in market data, its price and the quantity that it shows.

    ``queue_position`` counts from 1 at each price: it trades first.
    """

    md_entry_id: str
    price: Decimal
    quantity: Decimal
    queue_position: int


@dataclass(frozen=True, slots=True)
class FullDepthRecord:
    """A book order by order, true at ``last_sequence`` of its life ``epoch``. What trades first stands first.

    The counts are of all orders that a side shows, however few of them are here; ``levels_crc32`` is the checksum that
    the feed's depth has, over all levels.
    """

    symbol: str
    epoch: str
    last_sequence: int
    phase: TradingPhase
    bid_order_count: int
    offer_order_count: int
    bids: tuple[FullDepthOrder, ...]
    offers: tuple[FullDepthOrder, ...]
    levels_crc32: int


@dataclass(frozen=True, slots=True)
class TradeRecord:
    """One public trade. ``trade_id`` counts an instrument's trades from 1 without a gap.

    ``aggressor_side`` is None for a trade of an auction, in which nobody crossed the spread.
    """

    trade_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    aggressor_side: Side | None
    executed_at: datetime
    event_sequence: int


@dataclass(frozen=True, slots=True)
class CorporateActionRecord:
    """What staff have asked to become of all positions in an instrument.

    ``status`` is WAITING for a second person, UNDERWAY while positions are being paid out, DONE or DECLINED. ``amount``
    is money for one unit: of a dividend, of a delisting, and of a split the price at which fractions were paid.
    """

    reference: str
    kind: str
    symbol: str
    amount: Decimal | None
    new_units: int | None
    old_units: int | None
    note: str
    status: str
    proposed_by: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
