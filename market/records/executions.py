"""Execution reports and fills."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from vocabulary.orders import (
    ExecType,
    LiquiditySide,
    Side,
)
from vocabulary.rejects import RejectReason


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
class FillRecord:
    """One trade as one of its two sides saw it. ``fill_id`` grows from fill to fill of all instruments."""

    fill_id: int
    trade_id: int
    order_id: int
    symbol: str
    side: Side
    last_px: Decimal
    last_qty: Decimal
    liquidity_side: LiquiditySide
    fee: Decimal
    transact_time: datetime
