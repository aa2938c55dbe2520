"""Frozen records that the exchange hands out and takes in. Doors see these, never model instances."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from vocabulary import limits
from vocabulary.calendars import CalendarKind
from vocabulary.commands import CommandKind
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
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """What a participant hands in: an order in their own words, not yet checked against instrument or account.

    What stands after ``time_in_force`` are its terms; a plain order names none of them. ``price`` is the limit of a
    LIMIT, STOP_LIMIT or PEGGED order, ``protection_px`` the worst price at which a MARKET or STOP order trades.
    ``peg_offset`` is a difference of prices, or a whole number of basis points, as ``peg_offset_type`` says.
    ``linked_cl_ord_id`` names the order of the same account that ``contingency_type`` ties this one to.
    """

    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_px: Decimal | None = None
    protection_px: Decimal | None = None
    display_qty: Decimal | None = None
    min_qty: Decimal | None = None
    exec_inst: ExecInst = ExecInst.NONE
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    peg_price_type: PegPriceType = PegPriceType.NONE
    peg_offset_type: PegOffsetType = PegOffsetType.TICKS
    peg_offset: Decimal | None = None
    expire_time: datetime | None = None
    linked_cl_ord_id: str | None = None
    contingency_type: ContingencyType = ContingencyType.NONE

    @property
    def has_terms(self) -> bool:
        """Whether the order names anything beyond what a plain one does."""
        return terms_of_ticket(self) != PLAIN_TERMS

    @property
    def is_plain(self) -> bool:
        """Whether the order is of a type and a time in force that need no terms, and names none."""
        return self.ord_type in PLAIN_TYPES and self.time_in_force is not TimeInForce.GTD and not self.has_terms


PLAIN_TYPES = (OrdType.MARKET, OrdType.LIMIT)
TERM_FIELDS = (
    "stop_px",
    "protection_px",
    "display_qty",
    "min_qty",
    "exec_inst",
    "self_trade_prevention",
    "peg_price_type",
    "peg_offset_type",
    "peg_offset",
    "expire_time",
    "linked_cl_ord_id",
    "contingency_type",
)
PLAIN_TERMS = (
    None,
    None,
    None,
    None,
    ExecInst.NONE,
    SelfTradePrevention.NONE,
    PegPriceType.NONE,
    PegOffsetType.TICKS,
    None,
    None,
    None,
    ContingencyType.NONE,
)
terms_of_ticket = attrgetter(*TERM_FIELDS)


@dataclass(frozen=True, slots=True)
class ReplaceTicket:
    """A change to an open order. ``order_qty`` is the new total, as in FIX.

    ``price`` is the new limit, or for a MARKET or STOP order its protection; None leaves it as it is, as ``stop_px``
    does the stop price of a stop that waits.
    """

    cl_ord_id: str
    order_id: int
    order_qty: Decimal
    price: Decimal | None = None
    stop_px: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """Where an order stands, in the instrument's own units; ``price`` is None for a market order or a stop.

    A pegged order's ``price`` is its limit and ``pegged_price`` where it stands now. Terms that the order does not name
    are None.
    """

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
    stop_px: Decimal | None = None
    protection_px: Decimal | None = None
    display_qty: Decimal | None = None
    min_qty: Decimal | None = None
    exec_inst: ExecInst = ExecInst.NONE
    self_trade_prevention: SelfTradePrevention | None = None
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset: Decimal | None = None
    pegged_price: Decimal | None = None
    expire_time: datetime | None = None
    linked_order_id: int | None = None
    contingency_type: ContingencyType | None = None


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
    """One execution report of an order: what happened, and where the order stood after it.

    ``fee`` is what a fill cost, below zero for a rebate; None for a report of anything else.
    """

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
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AccountExecution:
    """An execution report with what its account needs to know which order it is about."""

    symbol: str
    account: str
    cl_ord_id: str
    side: Side
    event_sequence: int
    execution: ExecutionRecord


class BookPosition(NamedTuple):
    """How far a book has come: the life of it that its sequences belong to, and the number of its last event."""

    epoch: str
    sequence: int


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """Execution reports of one book that account for its events up to ``position``, private ones included."""

    reports: tuple[AccountExecution, ...]
    position: BookPosition


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
class FillRecord:
    """One trade as one of its two sides saw it."""

    trade_id: int
    order_id: int
    symbol: str
    side: Side
    last_px: Decimal
    last_qty: Decimal
    liquidity_side: LiquiditySide
    fee: Decimal
    transact_time: datetime


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """What an account holds of one instrument.

    ``cash`` is what trading it has moved, less ``fees``; ``cost`` what the quantity held has cost at average cost.
    ``profit`` is cash plus value: what is realised and what is not, less fees.
    """

    account: str
    symbol: str
    quantity: Decimal
    cash: Decimal
    mark_px: Decimal | None
    market_value: Decimal | None
    profit: Decimal | None
    fees: Decimal
    cost: Decimal
    average_cost: Decimal | None
    realised_profit: Decimal
    unrealised_profit: Decimal | None


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


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session of an account: ``token`` renews and closes it, and after ``expires_at`` it is over unless renewed."""

    token: UUID
    account: str
    session: str
    timeout_s: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class JournalStartRecord:
    """The first command and the first event that a book's journal holds; older ones have expired."""

    symbol: str
    first_command_seq: int
    first_event_seq: int


@dataclass(frozen=True, slots=True)
class JournalCheckRecord:
    """How the background verification stands with one book; ``fault`` is empty while all is as recorded."""

    symbol: str
    command_seq: int
    rounds: int
    age_s: float
    fault: str
