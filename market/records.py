"""Frozen records that the exchange hands out and takes in. Doors see these, never model instances."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vocabulary.commands import CommandKind
from vocabulary.orders import ExecType, LiquiditySide, OrdStatus, OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """What a participant hands in: an order in their own words, not yet checked against instrument or account."""

    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY


@dataclass(frozen=True, slots=True)
class ReplaceTicket:
    """A change to an open order. ``order_qty`` is the new total, as in FIX."""

    cl_ord_id: str
    order_id: int
    order_qty: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """Where an order stands, in the instrument's own units; ``price`` is None for a market order."""

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
    reject_reason: RejectReason
    reject_text: str
    created_at: datetime
    transact_time: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The exchange's answer to a ticket: where its order stands, and whether this very ticket was handed in before.

    ``reject`` is NONE for an accepted ticket. A reject is recorded: the same ticket gets the same answer for ever.
    ``order`` is None when the rejected ticket could not be written down as an order.
    """

    order: OrderRecord | None
    replayed: bool = False
    reject: RejectReason = RejectReason.NONE
    reject_text: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the exchange took the order on."""
        return self.reject is RejectReason.NONE


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One execution report of an order: what happened, and where the order stood after it."""

    exec_id: str
    order_id: int
    exec_type: ExecType
    reason: RejectReason
    cum_qty: Decimal
    leaves_qty: Decimal
    last_px: Decimal | None
    last_qty: Decimal | None
    liquidity_side: LiquiditySide | None
    trade_id: int | None
    transact_time: datetime


@dataclass(frozen=True, slots=True)
class AccountExecution:
    """An execution report with what its account needs to know which order it is about."""

    symbol: str
    account: str
    cl_ord_id: str
    side: Side
    event_sequence: int
    execution: ExecutionRecord


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """Execution reports of one book that account for its events up to ``last_sequence``, private ones included."""

    reports: tuple[AccountExecution, ...]
    last_sequence: int


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


@dataclass(frozen=True, slots=True)
class TickerRecord:
    """An instrument's market at a glance. ``change`` is against the reference price; volume is of the last 24 hours."""

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
    """A book aggregated by price, true at ``last_sequence``. Best prices first."""

    symbol: str
    last_sequence: int
    phase: TradingPhase
    bids: tuple[DepthLevel, ...]
    offers: tuple[DepthLevel, ...]


@dataclass(frozen=True, slots=True)
class TradeRecord:
    """One public trade. ``trade_id`` counts an instrument's trades from 1 without a gap."""

    trade_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    aggressor_side: Side
    executed_at: datetime
    event_sequence: int


@dataclass(frozen=True, slots=True)
class FillRecord:
    """One trade as one of its two sides saw it."""

    trade_id: int
    order_id: int
    symbol: str
    side: Side
    last_px: Decimal
    last_qty: Decimal
    liquidity_side: LiquiditySide
    transact_time: datetime


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """What an account holds of one instrument. ``cash`` is what trading it has moved; ``profit`` is cash plus value."""

    account: str
    symbol: str
    quantity: Decimal
    cash: Decimal
    mark_px: Decimal | None
    market_value: Decimal | None
    profit: Decimal | None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account's money. Buying power is deposits plus the cash of its positions minus what open orders reserve."""

    number: str
    kind: str
    currency: str
    deposits: Decimal
    cash: Decimal
    reserved: Decimal
    buying_power: Decimal


@dataclass(frozen=True, slots=True)
class BookState:
    """How a book's matching stands, for operators."""

    symbol: str
    phase: TradingPhase
    phase_reason: str
    status: str
    status_reason: str
    inbox_depth: int
    oldest_inbox_age_s: float
    command_seq: int
    event_seq: int


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command that is accepted and not yet sequenced, for operators."""

    inbox_id: int
    symbol: str
    kind: CommandKind
    order_id: int
    age_s: float


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """Who has committed batches lately: a matching worker, or a door that halted or resumed. Rates are per second."""

    worker: str
    batches: int
    commands: int
    commands_per_s: float
    last_commit_age_s: float


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A queue of wake-ups and background work, and how many messages wait in it."""

    name: str
    messages: int
