"""Frozen records that the exchange hands out and takes in. Doors see these, never model instances."""

from market.records.accounts import (
    AccountRecord,
    LedgerRecord,
    MovementRecord,
    PositionRecord,
    SessionRecord,
    StandingRecord,
)
from market.records.executions import AccountExecution, BookPosition, ExecutionPage, ExecutionRecord, FillRecord
from market.records.markets import DepthLevel, DepthRecord, InstrumentRecord, TickerRecord, TopRecord, TradeRecord
from market.records.operations import (
    BookState,
    JournalCheckRecord,
    JournalStartRecord,
    QueueRecord,
    WaitingCommand,
    WorkerRecord,
)
from market.records.orders import (
    PLAIN_TERMS,
    PLAIN_TYPES,
    TERM_FIELDS,
    OrderPreview,
    OrderRecord,
    OrderTicket,
    Receipt,
    ReplaceTicket,
    terms_of_ticket,
)

__all__ = [
    "PLAIN_TERMS",
    "PLAIN_TYPES",
    "TERM_FIELDS",
    "AccountExecution",
    "AccountRecord",
    "BookPosition",
    "BookState",
    "DepthLevel",
    "DepthRecord",
    "ExecutionPage",
    "ExecutionRecord",
    "FillRecord",
    "InstrumentRecord",
    "JournalCheckRecord",
    "JournalStartRecord",
    "LedgerRecord",
    "MovementRecord",
    "OrderPreview",
    "OrderRecord",
    "OrderTicket",
    "PositionRecord",
    "QueueRecord",
    "Receipt",
    "ReplaceTicket",
    "SessionRecord",
    "StandingRecord",
    "TickerRecord",
    "TopRecord",
    "TradeRecord",
    "WaitingCommand",
    "WorkerRecord",
    "terms_of_ticket",
]
