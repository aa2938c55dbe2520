"""What the exchange says, as the client's records: decimals as Decimal, times in UTC, words of the vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from vocabulary.options import PutOrCall, SettlementBasis
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    ExecType,
    LiquiditySide,
    OrdStatus,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.phases import TradingPhase


class Channel(StrEnum):
    """What of a market is streamed."""

    TRADES = "trades"
    DEPTH = "depth"
    TICKER = "ticker"


class Interval(StrEnum):
    """How long an interval is."""

    ONE_SECOND = "1s"
    ONE_MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    ONE_HOUR = "1h"
    ONE_DAY = "1d"

    @property
    def seconds(self) -> int:
        """Its length."""
        return SECONDS[self]


SECONDS = {
    Interval.ONE_SECOND: 1,
    Interval.ONE_MINUTE: 60,
    Interval.FIVE_MINUTES: 300,
    Interval.QUARTER: 900,
    Interval.ONE_HOUR: 3_600,
    Interval.ONE_DAY: 86_400,
}


@dataclass(frozen=True, slots=True)
class Option:
    """What makes an instrument an option; what it was settled by, once it has expired."""

    underlying: str
    put_or_call: PutOrCall
    strike_price: Decimal
    contract_multiplier: Decimal
    expires_at: datetime
    settlement_price: Decimal | None
    settlement_basis: SettlementBasis | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument, the rules of its trading and the phase of its book."""

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
    option: Option | None = None


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """One price of a book. In a change a quantity of 0 says that the level is gone."""

    price: Decimal
    quantity: Decimal
    order_count: int | None = None


@dataclass(frozen=True, slots=True)
class Depth:
    """A book by price, best prices first; or, in a change, the levels that are different now.

    ``checksum`` is that of the whole book, where it is told.
    """

    phase: TradingPhase
    phase_reason: str
    bids: tuple[DepthLevel, ...]
    offers: tuple[DepthLevel, ...]
    checksum: int | None = None


@dataclass(frozen=True, slots=True)
class FullDepthOrder:
    """One order of a book: its name there, what it shows, and its place at its price, of which 1 trades first."""

    md_entry_id: str
    price: Decimal
    quantity: Decimal
    queue_position: int


@dataclass(frozen=True, slots=True)
class FullDepth:
    """A book order by order, what trades first at the beginning; the counts are of all that a side shows."""

    symbol: str
    epoch: str
    last_sequence: int
    phase: TradingPhase
    bid_order_count: int
    offer_order_count: int
    bids: tuple[FullDepthOrder, ...]
    offers: tuple[FullDepthOrder, ...]
    checksum: int


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade."""

    trade_id: int
    price: Decimal
    quantity: Decimal
    aggressor_side: Side | None
    executed_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Ticker:
    """A market at a glance. High, low and volume are of the last 24 hours."""

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
    indicative_px: Decimal | None = None
    indicative_qty: Decimal | None = None
    imbalance_qty: Decimal | None = None
    auction_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """What a channel says: all of it in a snapshot, which has no ``first_sequence``, else what is new."""

    symbol: str
    channel: Channel
    first_sequence: int | None
    last_sequence: int
    epoch: str
    content: Depth | Ticker | tuple[Trade, ...]

    @property
    def is_snapshot(self) -> bool:
        """Whether this takes the place of everything before it."""
        return self.first_sequence is None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How far each channel of a symbol has accounted for."""

    symbol: str
    positions: Mapping[Channel, int]


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as it is handed in, its numbers as they were typed: the exchange is the judge of them."""

    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    order_qty: str
    price: str | None
    time_in_force: TimeInForce
    ord_type: OrdType | None = None
    terms: "TicketTerms | None" = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change to an open order, its numbers as they were typed; ``order_qty`` is the new total."""

    order_id: int
    cl_ord_id: str
    order_qty: str
    price: str | None
    stop_px: str | None


@dataclass(frozen=True, slots=True)
class TicketTerms:
    """What an order names beyond that, its numbers as they were typed."""

    stop_px: str | None = None
    protection_px: str | None = None
    display_qty: str | None = None
    min_qty: str | None = None
    exec_inst: tuple[ExecInst, ...] = ()
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    peg_price_type: PegPriceType = PegPriceType.NONE
    peg_offset_type: PegOffsetType = PegOffsetType.TICKS
    peg_offset: str | None = None
    expire_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """An order's terms; None for those that it does not name."""

    stop_px: Decimal | None
    protection_px: Decimal | None
    display_qty: Decimal | None
    min_qty: Decimal | None
    exec_inst: tuple[ExecInst, ...]
    self_trade_prevention: SelfTradePrevention | None
    peg_price_type: PegPriceType | None
    peg_offset_type: PegOffsetType | None
    peg_offset: Decimal | None
    pegged_price: Decimal | None
    expire_time: datetime | None
    linked_order_id: int | None
    contingency_type: ContingencyType | None


@dataclass(frozen=True, slots=True)
class Order:
    """Where an order stands."""

    order_id: int
    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: Decimal
    price: Decimal | None
    ord_status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    avg_px: Decimal | None
    reject_reason: str
    text: str
    created_at: datetime
    transact_time: datetime
    terms: OrderTerms | None = None
    md_entry_id: str = ""
    """Its name in the book by order, while it stands there."""


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """What happened to an order, and where it stood after it."""

    exec_id: str
    order_id: int
    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    exec_type: ExecType
    reason: str
    cum_qty: Decimal
    leaves_qty: Decimal
    last_px: Decimal | None
    last_qty: Decimal | None
    liquidity_side: LiquiditySide | None
    trade_id: int | None
    transact_time: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class ExecutionNews:
    """Reports, and how far the stream has accounted for the books that moved."""

    executions: tuple[ExecutionReport, ...]
    positions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Account:
    """An account's money, in its currency."""

    number: str
    kind: str
    currency: str
    deposits: Decimal
    cash: Decimal
    reserved: Decimal
    buying_power: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds of one instrument."""

    account: str
    symbol: str
    quantity: Decimal
    cash: Decimal
    mark_px: Decimal | None
    market_value: Decimal | None
    profit: Decimal | None


@dataclass(frozen=True, slots=True)
class Equity:
    """What an account is worth at the marks, and what its positions and open orders require of that."""

    account: str
    kind: str
    currency: str
    cash: Decimal
    market_value: Decimal
    unrealised_profit: Decimal
    equity: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    free_margin: Decimal
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One leg of a movement in an account: money, quantity or both, below zero for what left it."""

    account: str
    cause: str
    cause_id: int
    symbol: str | None
    amount: Decimal
    quantity: Decimal
    happened_at: datetime
    note: str
    cursor: str


@dataclass(frozen=True, slots=True)
class PriceSummary:
    """Prices over a window."""

    symbol: str
    start: datetime
    end: datetime
    trade_count: int
    volume: Decimal
    turnover: Decimal
    open_px: Decimal | None
    high_px: Decimal | None
    low_px: Decimal | None
    last_px: Decimal | None
    average_px: Decimal | None
    vwap: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class IntervalVolume:
    """What was traded in one interval."""

    open_time: datetime
    volume: Decimal
    trade_count: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class VolumeTrends:
    """The volume over a window by interval, and whether it rises."""

    symbol: str
    start: datetime
    end: datetime
    intervals: tuple[IntervalVolume, ...]
    volume: Decimal
    average_volume: Decimal | None
    slope: Decimal | None
    trend: str


@dataclass(frozen=True, slots=True)
class Candle:
    """The trades of one interval."""

    open_time: datetime
    open_px: Decimal
    high_px: Decimal
    low_px: Decimal
    close_px: Decimal
    volume: Decimal
    trade_count: int
