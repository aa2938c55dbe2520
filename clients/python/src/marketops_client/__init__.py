"""Trade on MarketOps: a client for requests, streams for what happens, books that prove themselves."""

from marketops_client.async_client import AsyncClient
from marketops_client.client import Client
from marketops_client.errors import (
    Gone,
    InvalidRequest,
    MarketOpsError,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
)
from marketops_client.follower import BookUpdate, TickerUpdate, TradesUpdate, Update
from marketops_client.local_book import LocalBook, OutOfStep
from marketops_client.market_stream import MarketStream
from marketops_client.order_stream import BalancesUpdate, OrderStream, OwnUpdate, PositionsUpdate
from marketops_client.records import (
    Account,
    Candle,
    Depth,
    Execution,
    Fill,
    Instrument,
    Level,
    Order,
    OrderTicket,
    OrdType,
    Position,
    Report,
    Side,
    Ticker,
    TimeInForce,
    Trade,
    new_cl_ord_id,
)
from marketops_client.resending import Backoff

__all__ = [
    "Account",
    "AsyncClient",
    "Backoff",
    "BalancesUpdate",
    "BookUpdate",
    "Candle",
    "Client",
    "Depth",
    "Execution",
    "Fill",
    "Gone",
    "Instrument",
    "InvalidRequest",
    "Level",
    "LocalBook",
    "MarketOpsError",
    "MarketStream",
    "NotAuthenticated",
    "NotFound",
    "NotPermitted",
    "OrdType",
    "Order",
    "OrderStream",
    "OrderTicket",
    "OutOfStep",
    "OutcomeUnknown",
    "OwnUpdate",
    "Position",
    "PositionsUpdate",
    "Rejected",
    "Report",
    "Side",
    "Throttled",
    "Ticker",
    "TickerUpdate",
    "TimeInForce",
    "Trade",
    "TradesUpdate",
    "Unavailable",
    "Update",
    "new_cl_ord_id",
]
