"""What the exchange says, as frozen records: exact numbers, times in UTC."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import uuid4


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrdType(StrEnum):
    """How an order finds its price."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    PEGGED = "PEGGED"


class TimeInForce(StrEnum):
    """How long an order lives."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"
    AT_THE_OPEN = "AT_THE_OPEN"
    AT_THE_CLOSE = "AT_THE_CLOSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTicket:
    """An order to hand in. ``cl_ord_id`` makes it one order however often it is sent: keep it before you send."""

    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    cl_ord_id: str
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_px: Decimal | None = None
    protection_px: Decimal | None = None
    display_qty: Decimal | None = None
    min_qty: Decimal | None = None
    exec_inst: tuple[str, ...] = ()
    self_trade_prevention: str | None = None
    peg_price_type: str | None = None
    peg_offset_type: str | None = None
    peg_offset: Decimal | None = None
    expire_time: datetime | None = None
    linked_cl_ord_id: str | None = None
    contingency_type: str | None = None

    @classmethod
    def limit(
        cls, account: str, symbol: str, side: Side, order_qty: Decimal, price: Decimal, **terms: Any
    ) -> OrderTicket:
        """A limit order, with a new ``cl_ord_id`` unless one is given."""
        named = {"cl_ord_id": new_cl_ord_id(), **terms}
        return cls(
            account=account, symbol=symbol, side=side, ord_type=OrdType.LIMIT, order_qty=order_qty, price=price, **named
        )

    @classmethod
    def market(cls, account: str, symbol: str, side: Side, order_qty: Decimal, **terms: Any) -> OrderTicket:
        """A market order that does not wait, with a new ``cl_ord_id`` unless one is given."""
        named = {"cl_ord_id": new_cl_ord_id(), "time_in_force": TimeInForce.IOC, **terms}
        return cls(account=account, symbol=symbol, side=side, ord_type=OrdType.MARKET, order_qty=order_qty, **named)

    def body(self) -> dict[str, Any]:
        """The ticket in the exchange's words."""
        return {name: said(value) for name, value in asdict(self).items() if value not in (None, ())}


def new_cl_ord_id() -> str:
    """A ``cl_ord_id`` that nobody has used."""
    return f"c-{uuid4().hex}"


def said(value: Any) -> Any:
    """A value in the exchange's words."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is traded, and by which rules."""

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
    phase: str
    phase_reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """Where an order stands; ``md_entry_id`` is its name in full depth."""

    order_id: str
    md_entry_id: str
    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: Decimal
    price: Decimal | None
    ord_status: str
    cum_qty: Decimal
    leaves_qty: Decimal
    avg_px: Decimal | None
    reject_reason: str | None
    text: str
    created_at: datetime
    transact_time: datetime

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.ord_status in ("PENDING_NEW", "NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE")


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution report: what happened to an order, and where it stood after it."""

    exec_id: str
    order_id: str
    exec_type: str
    reason: str | None
    cum_qty: Decimal
    leaves_qty: Decimal
    last_px: Decimal | None
    last_qty: Decimal | None
    liquidity_side: str | None
    trade_id: int | None
    transact_time: datetime
    fee: Decimal | None


@dataclass(frozen=True, slots=True)
class Report(Execution):
    """An execution report as it comes live: it says whose order it is about."""

    symbol: str
    account: str
    cl_ord_id: str
    side: Side
    event_sequence: int


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade as your side of it."""

    trade_id: int
    order_id: str
    symbol: str
    side: Side
    last_px: Decimal
    last_qty: Decimal
    liquidity_side: str
    fee: Decimal
    transact_time: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An account's money."""

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
    fees: Decimal
    cost: Decimal
    average_cost: Decimal | None
    realised_profit: Decimal
    unrealised_profit: Decimal | None


@dataclass(frozen=True, slots=True)
class Trade:
    """One public trade; ``aggressor_side`` is None in an auction."""

    trade_id: int
    price: Decimal
    quantity: Decimal
    aggressor_side: Side | None
    executed_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Level:
    """One price of a book, and how much stands at it."""

    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Depth:
    """A book by price, best first, true at ``last_sequence`` of ``epoch``."""

    symbol: str
    epoch: str
    last_sequence: int
    phase: str
    bids: tuple[Level, ...]
    offers: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class QueuedOrder:
    """One order as a book shows it; ``queue_position`` counts from 1 at each price, and 1 trades first."""

    md_entry_id: str
    price: Decimal
    quantity: Decimal
    queue_position: int


@dataclass(frozen=True, slots=True)
class FullDepth:
    """A book order by order, what trades first at the beginning, true at ``last_sequence`` of ``epoch``.

    The counts are of all orders that a side shows; ``checksum`` is over all levels, as a stream of depth has it.
    """

    symbol: str
    epoch: str
    last_sequence: int
    phase: str
    bid_order_count: int
    offer_order_count: int
    bids: tuple[QueuedOrder, ...]
    offers: tuple[QueuedOrder, ...]
    checksum: int


@dataclass(frozen=True, slots=True)
class Ticker:
    """An instrument's market at a glance."""

    symbol: str
    phase: str
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
