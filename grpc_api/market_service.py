"""MarketService: instruments, orders and market data."""

from collections.abc import AsyncIterator
from typing import Any

from grpc_api import gathered, market_data_stream, order_entry
from grpc_api.callers import actor, caller, caller_address
from grpc_api.database import in_database
from grpc_api.methods import Access, Conversation, Service, Stream, Unary
from grpc_api.refusals import accepted
from grpc_api.translator import entry_words, money, replies, requests, updates
from grpc_api.translator.requests import ClOrdIdOfAccount
from market import feed, full_depth
from market.records import (
    AccountRecord,
    BookPosition,
    DepthRecord,
    EquityRecord,
    EquitySampleRecord,
    FullDepthRecord,
    InstrumentRecord,
    LedgerRecord,
    OrderRecord,
    OrderTicket,
    PositionRecord,
    Receipt,
    ReplaceTicket,
    SessionRecord,
    TradeRecord,
)
from market.selectors import accounts, depth, equity, ledger, margins, positions, trades
from market.selectors import instruments as instrument_selectors
from market.selectors import orders as order_selectors
from market.selectors.margins import MarginRates
from market.services import instruments, orders, sessions


async def _add_instrument(listing: dict[str, Any]) -> InstrumentRecord:
    return await in_database(instruments.add, **listing, actor=actor())


async def _list_instruments(_: None) -> list[InstrumentRecord]:
    return await in_database(instrument_selectors.every)


async def _get_instrument(symbol: str) -> InstrumentRecord:
    return await in_database(instrument_selectors.by_symbol, symbol)


async def _place_order(ticket: OrderTicket) -> Receipt:
    return accepted(await gathered.orders.place(ticket, actor=actor()))


async def _replace_order(ticket: ReplaceTicket) -> Receipt:
    return accepted(await gathered.orders.replace(ticket, actor=actor()))


async def _cancel_order(order_id: int) -> OrderRecord:
    return await gathered.orders.cancel(order_id, actor=actor())


async def _place_bracket(tickets: list[OrderTicket]) -> list[Receipt]:
    entry, take_profit, stop_loss = tickets
    placed = await in_database(orders.place_bracket, entry, take_profit=take_profit, stop_loss=stop_loss, actor=actor())
    return [accepted(receipt) for receipt in placed]


async def _place_one_cancels_other(tickets: list[OrderTicket]) -> list[Receipt]:
    first, second = tickets
    return [accepted(receipt) for receipt in await in_database(orders.place_oco, first, second, actor=actor())]


async def _cancel_orders(wanted: dict[str, Any]) -> int:
    return await in_database(orders.mass_cancel, **wanted, actor=actor())


async def _cancel_all_after(wanted: dict[str, Any]) -> SessionRecord | None:
    return await in_database(sessions.cancel_all_after, **wanted, actor=actor())


async def _get_order(wanted: int | ClOrdIdOfAccount) -> OrderRecord:
    if isinstance(wanted, ClOrdIdOfAccount):
        return await in_database(order_selectors.by_cl_ord_id, wanted.account, wanted.cl_ord_id, actor=actor())
    return await in_database(order_selectors.access_order, wanted, actor=actor())


async def _list_orders(wanted: dict[str, Any]) -> list[OrderRecord]:
    return await in_database(order_selectors.of_actor, actor(), **wanted)


async def _list_accounts(_: None) -> list[AccountRecord]:
    return await in_database(accounts.of_actor, actor())


async def _list_positions(account: str | None) -> list[PositionRecord]:
    return await in_database(positions.of_actor, actor(), account=account)


async def _get_equity(account: str) -> EquityRecord:
    return await in_database(equity.by_number, account, actor=actor())


async def _list_equity_curve(wanted: dict[str, Any]) -> list[EquitySampleRecord]:
    return await in_database(equity.curve, **wanted, actor=actor())


async def _list_ledger(wanted: dict[str, Any]) -> list[LedgerRecord]:
    return await in_database(ledger.of_account, **wanted, actor=actor())


async def _get_margin(symbol: str) -> MarginRates:
    return await in_database(margins.by_symbol, symbol)


async def _query_order_book(wanted: dict[str, Any]) -> DepthRecord:
    return await in_database(depth.of, **wanted)


async def _query_full_depth(wanted: dict[str, Any]) -> FullDepthRecord:
    return await in_database(full_depth.of, **wanted)


async def _list_trades(wanted: dict[str, Any]) -> list[TradeRecord]:
    return await in_database(trades.newest, **wanted)


async def _replay(wanted: dict[str, Any]) -> feed.Replay:
    return await in_database(feed.replay, **wanted, caller=caller_address())


def _executions(since: dict[str, BookPosition]) -> AsyncIterator[feed.ExecutionNews]:
    return feed.executions_of(actor(), since=since, check_again=caller().check_again)


MARKET_SERVICE = Service(
    "marketops.v1.MarketService",
    (
        Unary("AddInstrument", Access.OPERATORS, requests.listing, _add_instrument, replies.added),
        Unary("ListInstruments", Access.EVERYBODY, requests.all_instruments, _list_instruments, replies.instruments),
        Unary("GetInstrument", Access.EVERYBODY, requests.instrument, _get_instrument, replies.instrument),
        Unary("PlaceOrder", Access.TRADERS, requests.order_ticket, _place_order, replies.placed),
        Unary("ReplaceOrder", Access.TRADERS, requests.replace_ticket, _replace_order, replies.replaced),
        Unary("CancelOrder", Access.TRADERS, requests.order_to_cancel, _cancel_order, replies.canceled),
        Unary("PlaceBracket", Access.TRADERS, requests.bracket, _place_bracket, replies.bracket),
        Unary(
            "PlaceOneCancelsOther",
            Access.TRADERS,
            requests.one_cancels_other,
            _place_one_cancels_other,
            replies.one_cancels_other,
        ),
        Unary("CancelOrders", Access.TRADERS, requests.orders_to_cancel, _cancel_orders, replies.cancels_taken_on),
        Conversation("OrderEntry", Access.TRADERS, entry_words.asked, order_entry.converse, entry_words.answered),
        Unary("CancelAllAfter", Access.TRADERS, requests.cancel_all_after, _cancel_all_after, replies.switch),
        Unary("GetOrder", Access.TRADERS, requests.order, _get_order, replies.order),
        Unary("ListOrders", Access.TRADERS, requests.orders, _list_orders, replies.orders),
        Unary("ListAccounts", Access.TRADERS, requests.accounts, _list_accounts, replies.accounts),
        Unary("ListPositions", Access.TRADERS, requests.positions, _list_positions, replies.positions),
        Unary("GetEquity", Access.TRADERS, money.equity_wanted, _get_equity, money.equity),
        Unary("ListEquityCurve", Access.TRADERS, money.curve_wanted, _list_equity_curve, money.curve),
        Unary("ListLedger", Access.TRADERS, money.ledger_wanted, _list_ledger, money.ledger),
        Unary("GetMargin", Access.EVERYBODY, money.margin_wanted, _get_margin, money.margin),
        Unary("QueryOrderBook", Access.EVERYBODY, requests.order_book, _query_order_book, replies.order_book),
        Unary("QueryFullDepth", Access.EVERYBODY, requests.full_depth, _query_full_depth, replies.full_depth),
        Unary("ListTrades", Access.EVERYBODY, requests.trades, _list_trades, replies.trades),
        Stream(
            "StreamMarketData",
            Access.EVERYBODY,
            requests.subscription,
            market_data_stream.of,
            updates.market_data,
        ),
        Unary("Replay", Access.EVERYBODY, requests.replay, _replay, updates.replayed),
        Stream("StreamExecutions", Access.TRADERS, requests.since, _executions, replies.executions),
    ),
)
