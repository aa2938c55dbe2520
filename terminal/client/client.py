"""Calling the exchange: one coroutine for each thing that can be asked, records in and out, Refused when it says no."""

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from marketops.v1 import (
    analytics_service_pb2,
    analytics_service_pb2_grpc,
    market_data_pb2,
    market_service_pb2,
    market_service_pb2_grpc,
    orders_pb2,
)
from terminal.client.failures import as_refusals
from terminal.client.messages import number_of, read, read_all, updates_of
from terminal.records import (
    Account,
    Candle,
    Change,
    Channel,
    Depth,
    Equity,
    ExecutionNews,
    ExecutionReport,
    FullDepth,
    Heartbeat,
    Instrument,
    Interval,
    LedgerRow,
    Order,
    Position,
    PriceSummary,
    Ticket,
    TicketTerms,
    Trade,
    Update,
    VolumeTrends,
)
from terminal.refusals import malformed
from vocabulary import limits
from vocabulary.orders import OrdType, Side

CALL_TIMEOUT_S = limits.GRPC_DEADLINE_S_MAX + 2
RECONNECT_MS_MIN = 200
RECONNECT_MS_MAX = 2_000
# A snapshot of a deep book or of a long list of instruments is larger than what clients may send.
RECEIVED_BYTES_MAX = 16 * 1024 * 1024
OPTIONS = (
    ("grpc.max_receive_message_length", RECEIVED_BYTES_MAX),
    ("grpc.initial_reconnect_backoff_ms", RECONNECT_MS_MIN),
    ("grpc.min_reconnect_backoff_ms", RECONNECT_MS_MIN),
    ("grpc.max_reconnect_backoff_ms", RECONNECT_MS_MAX),
    ("grpc.keepalive_time_ms", limits.GRPC_KEEPALIVE_MS),
    ("grpc.keepalive_timeout_ms", limits.GRPC_KEEPALIVE_TIMEOUT_MS),
    ("grpc.enable_http_proxy", 0),
)


@dataclass(frozen=True)
class Endpoint:
    """Where the exchange is, how the way there is kept private, and the key that opens its door."""

    address: str
    api_key: str = field(default="", repr=False)
    is_tls: bool = False
    tls_ca: Path | None = None


class OrderBook(NamedTuple):
    """A book at one moment."""

    symbol: str
    last_sequence: int
    depth: Depth


class Placed(NamedTuple):
    """An order that was taken on, and whether that had happened before."""

    order: Order
    replayed: bool


class PlacedTogether(NamedTuple):
    """Orders that were taken on together, and whether that had happened before."""

    orders: tuple[Order, ...]
    replayed: bool


class Client:
    """A connection to an exchange, within ``async with``. Every method raises Refused when the exchange says no."""

    def __init__(self, endpoint: Endpoint, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._endpoint = endpoint
        self._metadata = [("authorization", f"Bearer {endpoint.api_key}")] if endpoint.api_key else []
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        """Make ready to connect, which happens with the first call."""
        self._channel = _channel_to(self._endpoint)
        self._market: Any = market_service_pb2_grpc.MarketServiceStub(self._channel)
        self._analytics: Any = analytics_service_pb2_grpc.AnalyticsServiceStub(self._channel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Disconnect."""
        await self._channel.close()

    @property
    def has_key(self) -> bool:
        """Whether the exchange will know who is calling."""
        return bool(self._metadata)

    async def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument, by symbol."""
        request = market_service_pb2.ListInstrumentsRequest()
        return read_all(Instrument, (await self._call(self._market.ListInstruments, request)).instruments)

    async def instrument(self, symbol: str) -> Instrument:
        """One instrument."""
        request = _made(market_service_pb2.GetInstrumentRequest, symbol=symbol)
        return read(Instrument, (await self._call(self._market.GetInstrument, request)).instrument)

    async def book(self, symbol: str, *, levels: int) -> OrderBook:
        """A book aggregated by price."""
        request = _made(market_service_pb2.QueryOrderBookRequest, symbol=symbol, levels=levels)
        reply = await self._call(self._market.QueryOrderBook, request)
        return OrderBook(reply.symbol, reply.last_sequence, read(Depth, reply.depth))

    async def full_depth(self, symbol: str, *, count: int) -> FullDepth:
        """A book order by order, so many of each side."""
        request = _made(market_service_pb2.QueryFullDepthRequest, symbol=symbol, count=count)
        return read(FullDepth, await self._call(self._market.QueryFullDepth, request))

    async def trades(self, symbol: str, *, count: int) -> tuple[Trade, ...]:
        """The newest trades, newest first."""
        request = _made(market_service_pb2.ListTradesRequest, symbol=symbol, count=count)
        return read_all(Trade, (await self._call(self._market.ListTrades, request)).trades)

    async def place(self, ticket: Ticket) -> Placed:
        """Place an order: at market when the ticket names no price and no type. Sent again it is the same order."""
        reply = await self._call(self._market.PlaceOrder, _placing(ticket))
        return Placed(read(Order, reply.order), reply.replayed)

    async def place_bracket(self, entry: Ticket, *, take_profit: Ticket, stop_loss: Ticket) -> PlacedTogether:
        """Place an order and the two that end what it begins: all three or none."""
        request = market_service_pb2.PlaceBracketRequest(
            entry=_placing(entry), take_profit=_placing(take_profit), stop_loss=_placing(stop_loss)
        )
        reply = await self._call(self._market.PlaceBracket, request)
        return PlacedTogether(read_all(Order, reply.orders), reply.replayed)

    async def place_pair(self, first: Ticket, second: Ticket) -> PlacedTogether:
        """Place two orders of which one cancels the other: both or none."""
        request = market_service_pb2.PlaceOneCancelsOtherRequest(first=_placing(first), second=_placing(second))
        reply = await self._call(self._market.PlaceOneCancelsOther, request)
        return PlacedTogether(read_all(Order, reply.orders), reply.replayed)

    async def replace(self, change: Change) -> Placed:
        """Change an open order. Sent again it is the same change."""
        request = _made(
            market_service_pb2.ReplaceOrderRequest,
            order_id=change.order_id,
            cl_ord_id=change.cl_ord_id,
            order_qty=change.order_qty,
            price=change.price,
            stop_px=change.stop_px,
        )
        reply = await self._call(self._market.ReplaceOrder, request)
        return Placed(read(Order, reply.order), reply.replayed)

    async def cancel_all(self, account: str, *, symbol: str | None, side: Side | None) -> int:
        """Ask for all open orders of an account to be canceled; how many there were."""
        request = _made(
            market_service_pb2.CancelOrdersRequest,
            account=account,
            symbol=symbol,
            side=None if side is None else number_of(orders_pb2.Side, side.name),
        )
        return int((await self._call(self._market.CancelOrders, request)).orders)

    async def cancel(self, order_id: int) -> Order:
        """Ask for an order to be canceled."""
        request = _made(market_service_pb2.CancelOrderRequest, order_id=order_id)
        return read(Order, (await self._call(self._market.CancelOrder, request)).order)

    async def order(self, order_id: int) -> Order:
        """One order by the exchange's id."""
        request = _made(market_service_pb2.GetOrderRequest, order_id=order_id)
        return read(Order, (await self._call(self._market.GetOrder, request)).order)

    async def order_by_cl_ord_id(self, cl_ord_id: str, *, account: str) -> Order:
        """One order by its owner's id."""
        known_as = _made(market_service_pb2.ClOrdIdOfAccount, account=account, cl_ord_id=cl_ord_id)
        request = market_service_pb2.GetOrderRequest(cl_ord_id=known_as)
        return read(Order, (await self._call(self._market.GetOrder, request)).order)

    async def orders(
        self, *, symbol: str | None = None, account: str | None = None, is_open: bool | None = None, count: int
    ) -> tuple[Order, ...]:
        """One's orders, newest first; each condition that is given narrows them down."""
        request = _made(market_service_pb2.ListOrdersRequest, symbol=symbol, account=account, open=is_open, count=count)
        return read_all(Order, (await self._call(self._market.ListOrders, request)).orders)

    async def accounts(self) -> tuple[Account, ...]:
        """One's accounts, oldest first."""
        request = market_service_pb2.ListAccountsRequest()
        return read_all(Account, (await self._call(self._market.ListAccounts, request)).accounts)

    async def positions(self, *, account: str | None = None) -> tuple[Position, ...]:
        """What one's accounts hold."""
        request = _made(market_service_pb2.ListPositionsRequest, account=account)
        return read_all(Position, (await self._call(self._market.ListPositions, request)).positions)

    async def equity(self, account: str) -> Equity:
        """What an account is worth."""
        request = _made(market_service_pb2.GetEquityRequest, account=account)
        return read(Equity, (await self._call(self._market.GetEquity, request)).equity)

    async def ledger(self, account: str, *, symbol: str | None = None, count: int) -> tuple[LedgerRow, ...]:
        """The newest movements of an account, leg by leg, newest first; of one instrument if it is named."""
        request = _made(market_service_pb2.ListLedgerRequest, account=account, symbol=symbol, count=count)
        return read_all(LedgerRow, (await self._call(self._market.ListLedger, request)).rows)

    async def price_summary(self, symbol: str, *, start: datetime | None = None) -> PriceSummary:
        """Prices from ``start`` until now; of the last 24 hours unless given."""
        request = _made(analytics_service_pb2.GetPriceSummaryRequest, symbol=symbol, start=_stamp(start))
        return read(PriceSummary, await self._call(self._analytics.GetPriceSummary, request))

    async def volume_trends(self, symbol: str, *, interval: Interval, start: datetime | None = None) -> VolumeTrends:
        """Volume by interval from ``start`` until now, and its trend."""
        request = _made(
            analytics_service_pb2.GetVolumeTrendsRequest,
            symbol=symbol,
            interval=_interval(interval),
            start=_stamp(start),
        )
        return read(VolumeTrends, await self._call(self._analytics.GetVolumeTrends, request))

    async def candles(self, symbol: str, *, interval: Interval, count: int) -> tuple[Candle, ...]:
        """The newest candles, oldest first."""
        request = _made(
            analytics_service_pb2.ListCandlesRequest, symbol=symbol, interval=_interval(interval), count=count
        )
        return read_all(Candle, (await self._call(self._analytics.ListCandles, request)).candles)

    async def market_data(
        self, symbols: Collection[str], channels: Collection[Channel]
    ) -> AsyncGenerator[Update | Heartbeat, None]:
        """A snapshot of every channel, then what is new, for as long as it is read."""
        request = _made(
            market_service_pb2.StreamMarketDataRequest,
            symbols=list(symbols),
            channels=[number_of(market_data_pb2.Channel, channel.name) for channel in channels],
        )
        async with aclosing(self._stream(self._market.StreamMarketData, request)) as responses:
            async for response in responses:
                for update in updates_of(response):
                    yield update

    async def executions(self, since: Mapping[str, int]) -> AsyncGenerator[ExecutionNews, None]:
        """What happens to one's orders: first where the stream begins, then what is new, and a word every second."""
        request = market_service_pb2.StreamExecutionsRequest(since=since)
        async with aclosing(self._stream(self._market.StreamExecutions, request)) as responses:
            async for response in responses:
                yield ExecutionNews(read_all(ExecutionReport, response.executions), dict(response.positions))

    async def _call(self, method: Any, request: Any) -> Any:
        with as_refusals(self._endpoint.address):
            return await method(request, metadata=self._metadata, timeout=self._timeout_s)

    async def _stream(self, method: Any, request: Any) -> AsyncGenerator[Any, None]:
        with as_refusals(self._endpoint.address):
            call = method(request, metadata=self._metadata)
            try:
                async for response in call:
                    yield response
            finally:
                call.cancel()


def _placing(ticket: Ticket) -> Any:
    """The request for an order: at market when the ticket names no price and no type."""
    ord_type = ticket.ord_type or (OrdType.MARKET if ticket.price is None else OrdType.LIMIT)
    return _made(
        market_service_pb2.PlaceOrderRequest,
        cl_ord_id=ticket.cl_ord_id,
        account=ticket.account,
        symbol=ticket.symbol,
        side=number_of(orders_pb2.Side, ticket.side.name),
        ord_type=number_of(orders_pb2.OrdType, ord_type.name),
        time_in_force=number_of(orders_pb2.TimeInForce, ticket.time_in_force.name),
        order_qty=ticket.order_qty,
        price=ticket.price,
        terms=None if ticket.terms is None else _terms(ticket.terms),
    )


def _terms(terms: TicketTerms) -> orders_pb2.OrderTerms:
    made: orders_pb2.OrderTerms = _made(
        orders_pb2.OrderTerms,
        stop_px=terms.stop_px,
        protection_px=terms.protection_px,
        display_qty=terms.display_qty,
        min_qty=terms.min_qty,
        exec_inst=[number_of(orders_pb2.ExecInst, str(instruction.name)) for instruction in terms.exec_inst],
        self_trade_prevention=_number_or_none(orders_pb2.SelfTradePrevention, terms.self_trade_prevention),
        peg_price_type=_number_or_none(orders_pb2.PegPriceType, terms.peg_price_type),
        peg_offset_type=number_of(orders_pb2.PegOffsetType, terms.peg_offset_type.name),
        peg_offset=terms.peg_offset,
        expire_time=_stamp(terms.expire_time),
    )
    return made


def _number_or_none(wire: Any, word: Enum) -> Any:
    return None if word.value == 0 else number_of(wire, word.name)


def _made(kind: Any, **fields_given: Any) -> Any:
    """A request with the fields that are not None. Raises Refused, naming the field that cannot be sent."""
    request = kind()
    for name, value in fields_given.items():
        if value is None:
            continue
        try:
            request.MergeFrom(kind(**{name: value}))
        except (ValueError, UnicodeError) as error:
            raise malformed("This cannot be sent.", field=name) from error
    return request


def _interval(interval: Interval) -> Any:
    return number_of(analytics_service_pb2.Interval, interval.value.upper())


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _channel_to(endpoint: Endpoint) -> Any:
    if not endpoint.is_tls:
        return grpc.aio.insecure_channel(endpoint.address, options=OPTIONS)
    try:
        authority = None if endpoint.tls_ca is None else endpoint.tls_ca.read_bytes()
    except OSError as error:
        raise malformed(f"{endpoint.tls_ca} cannot be read: {error.strerror}.", field="tls_ca") from error
    return grpc.aio.secure_channel(endpoint.address, grpc.ssl_channel_credentials(authority), options=OPTIONS)
