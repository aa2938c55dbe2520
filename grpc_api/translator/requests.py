"""From this door's requests to what the services and selectors take. Each raises MalformedRequest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from google.protobuf.message import Message

from grpc_api.translator import words
from grpc_api.translator.fields import Fields, parse
from market.feed import REPLAYED_CHANNELS, Channel
from market.records import BookPosition, OrderTicket, ReplaceTicket
from marketops.v1 import admin_service_pb2, analytics_service_pb2, market_service_pb2, orders_pb2
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, CL_ORD_ID_PATTERN, EPOCH_PATTERN, SYMBOL_PATTERN
from vocabulary.orders import PRICED_TYPES, UNPRICED_TYPES, ExecInst

CURRENCY_PATTERN = "[A-Z]{3}"
DEPTH_LEVELS_DEFAULT = 20
FULL_DEPTH_ORDERS_DEFAULT = 100
BIGINT_MAX = 2**63 - 1


class ClOrdIdOfAccount(NamedTuple):
    """A participant's own id of an order, with the account that it is known in."""

    account: str
    cl_ord_id: str


class Subscription(NamedTuple):
    """Channels of instruments, each with every other."""

    symbols: list[str]
    channels: list[Channel]


class Window(NamedTuple):
    """A span of time in one instrument's life; None for the ends that were not said."""

    symbol: str
    start: datetime | None
    end: datetime | None


def listing(data: bytes) -> dict[str, Any]:
    """The instrument to list, as the service's keyword arguments."""
    with Fields(parse(market_service_pb2.AddInstrumentRequest, data)) as fields:
        found: dict[str, Any] = {
            "symbol": fields.identifier("symbol", SYMBOL_PATTERN),
            "name": fields.text("name", length_max=limits.NAME_LENGTH_MAX),
            "kind": fields.word("kind", words.INSTRUMENT_KIND_OF),
            "currency": fields.identifier("currency", CURRENCY_PATTERN),
            "tick_size": fields.decimal("tick_size"),
            "lot_size": fields.decimal("lot_size"),
            "reference_price": fields.decimal("reference_price"),
        }
        for name in ("band_percent", "order_qty_max"):
            if fields.is_given(name):
                found[name] = fields.decimal(name)
    return found


def all_instruments(data: bytes) -> None:
    """The request holds nothing."""
    parse(market_service_pb2.ListInstrumentsRequest, data)


def instrument(data: bytes) -> str:
    """The symbol."""
    return _symbol_of(parse(market_service_pb2.GetInstrumentRequest, data))


def order_ticket(data: bytes) -> OrderTicket:
    """The order to place."""
    return order_ticket_of(parse(market_service_pb2.PlaceOrderRequest, data))


def bracket(data: bytes) -> list[OrderTicket]:
    """The three orders of a bracket."""
    return _package(parse(market_service_pb2.PlaceBracketRequest, data), ("entry", "take_profit", "stop_loss"))


def one_cancels_other(data: bytes) -> list[OrderTicket]:
    """The two orders of which one cancels the other."""
    return _package(parse(market_service_pb2.PlaceOneCancelsOtherRequest, data), ("first", "second"))


def orders_to_cancel(data: bytes) -> dict[str, Any]:
    """Which orders to cancel, as keyword arguments."""
    with Fields(parse(market_service_pb2.CancelOrdersRequest, data)) as fields:
        return {
            "account": fields.identifier("account", ACCOUNT_PATTERN),
            "symbol": fields.optional_identifier("symbol", SYMBOL_PATTERN),
            "side": fields.word("side", words.EITHER_SIDE_OF),
        }


def _package(request: Any, names: Sequence[str]) -> list[OrderTicket]:
    return [order_ticket_of(getattr(request, name), within=f"{name}.") for name in names]


def order_ticket_of(request: Any, *, within: str = "") -> OrderTicket:
    """The order to place, out of a message that may stand within another."""
    with Fields(request, within=within) as fields:
        ticket = OrderTicket(
            cl_ord_id=fields.identifier("cl_ord_id", CL_ORD_ID_PATTERN),
            account=fields.identifier("account", ACCOUNT_PATTERN),
            symbol=fields.identifier("symbol", SYMBOL_PATTERN),
            side=fields.word("side", words.SIDE_OF),
            ord_type=fields.word("ord_type", words.ORD_TYPE_OF),
            time_in_force=fields.word("time_in_force", words.TIME_IN_FORCE_OF),
            order_qty=fields.decimal("order_qty"),
            price=fields.optional_decimal("price"),
        )
        if not fields.is_at_fault("ord_type"):
            _check_price(fields, ticket)
    if not request.HasField("terms"):
        return ticket
    return replace(ticket, **_terms(request.terms, within=f"{within}terms."))


def _terms(terms: orders_pb2.OrderTerms, *, within: str) -> dict[str, Any]:
    with Fields(terms, within=within) as fields:
        for name in ("linked_order_id", "pegged_price"):
            if fields.is_given(name):
                fields.fault(name, "not_in_a_request", "The exchange says this in its answers.")
        if any(number not in words.EXEC_INST_OF for number in terms.exec_inst):
            fields.fault("exec_inst", "unknown_word", "Must hold nothing but instructions.")
        instructions = (words.EXEC_INST_OF.get(number, ExecInst.NONE) for number in terms.exec_inst)
        return {
            "stop_px": fields.optional_decimal("stop_px"),
            "protection_px": fields.optional_decimal("protection_px"),
            "display_qty": fields.optional_decimal("display_qty"),
            "min_qty": fields.optional_decimal("min_qty"),
            "exec_inst": reduce(or_, instructions, ExecInst.NONE),
            "self_trade_prevention": fields.word("self_trade_prevention", words.SELF_TRADE_PREVENTION_OF),
            "peg_price_type": fields.word("peg_price_type", words.PEG_PRICE_TYPE_OF),
            "peg_offset_type": fields.word("peg_offset_type", words.PEG_OFFSET_TYPE_OF),
            "peg_offset": fields.optional_decimal("peg_offset"),
            "expire_time": fields.moment("expire_time"),
            "linked_cl_ord_id": fields.optional_identifier("linked_cl_ord_id", CL_ORD_ID_PATTERN),
            "contingency_type": fields.word("contingency_type", words.CONTINGENCY_TYPE_OF),
        }


def replace_ticket(data: bytes) -> ReplaceTicket:
    """The change to an order."""
    return replace_ticket_of(parse(market_service_pb2.ReplaceOrderRequest, data))


def replace_ticket_of(request: Any, *, within: str = "") -> ReplaceTicket:
    """The change to an order, out of a message that may stand within another."""
    with Fields(request, within=within) as fields:
        return ReplaceTicket(
            order_id=request.order_id,
            cl_ord_id=fields.identifier("cl_ord_id", CL_ORD_ID_PATTERN),
            order_qty=fields.decimal("order_qty"),
            price=fields.optional_decimal("price"),
            stop_px=fields.optional_decimal("stop_px"),
        )


def order_to_cancel(data: bytes) -> int:
    """The order's id."""
    return parse(market_service_pb2.CancelOrderRequest, data).order_id


def order(data: bytes) -> int | ClOrdIdOfAccount:
    """Which order."""
    request = parse(market_service_pb2.GetOrderRequest, data)
    if request.WhichOneof("order") == "cl_ord_id":
        return cl_ord_id_of(request.cl_ord_id, within="cl_ord_id.")
    with Fields(request) as fields:
        if request.WhichOneof("order") is None:
            fields.fault("order", "required", "Name the order by order_id or by cl_ord_id.")
    return request.order_id


def cl_ord_id_of(request: Any, *, within: str) -> ClOrdIdOfAccount:
    """A participant's own id of an order."""
    with Fields(request, within=within) as fields:
        return ClOrdIdOfAccount(
            account=fields.identifier("account", ACCOUNT_PATTERN),
            cl_ord_id=fields.identifier("cl_ord_id", CL_ORD_ID_PATTERN),
        )


def cancel_all_after(data: bytes) -> dict[str, Any]:
    """The account and the time-out of its switch, as keyword arguments."""
    with Fields(request := parse(market_service_pb2.CancelAllAfterRequest, data)) as fields:
        return {"account": fields.identifier("account", ACCOUNT_PATTERN), "timeout_s": request.timeout_s}


def orders(data: bytes) -> dict[str, Any]:
    """Which orders, as the selector's keyword arguments."""
    with Fields(request := parse(market_service_pb2.ListOrdersRequest, data)) as fields:
        return {
            "symbol": fields.optional_identifier("symbol", SYMBOL_PATTERN),
            "account": fields.optional_identifier("account", ACCOUNT_PATTERN),
            "is_open": request.open if fields.is_given("open") else None,
            "before": _before(fields),
            "count": _count(fields),
        }


def accounts(data: bytes) -> None:
    """The request holds nothing."""
    parse(market_service_pb2.ListAccountsRequest, data)


def positions(data: bytes) -> str | None:
    """The account that the positions are limited to."""
    with Fields(parse(market_service_pb2.ListPositionsRequest, data)) as fields:
        return fields.optional_identifier("account", ACCOUNT_PATTERN)


def order_book(data: bytes) -> dict[str, Any]:
    """Which book and how much of it, as keyword arguments."""
    with Fields(parse(market_service_pb2.QueryOrderBookRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "levels": fields.whole_number("levels", highest=limits.DEPTH_LEVELS_MAX, default=DEPTH_LEVELS_DEFAULT),
        }


def full_depth(data: bytes) -> dict[str, Any]:
    """Which book and how many of its orders, as keyword arguments."""
    with Fields(parse(market_service_pb2.QueryFullDepthRequest, data)) as fields:
        count_max, default = limits.FULL_DEPTH_ORDERS_MAX, FULL_DEPTH_ORDERS_DEFAULT
        return {
            "symbol": fields.listed_symbol("symbol"),
            "count": fields.whole_number("count", highest=count_max, default=default),
        }


def trades(data: bytes) -> dict[str, Any]:
    """Which trades, as keyword arguments."""
    with Fields(parse(market_service_pb2.ListTradesRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "before": _before(fields),
            "count": _count(fields),
        }


def subscription(data: bytes) -> Subscription:
    """What is to be streamed."""
    request = parse(market_service_pb2.StreamMarketDataRequest, data)
    with Fields(request) as fields:
        symbols, channels = list(dict.fromkeys(request.symbols)), list(dict.fromkeys(request.channels))
        for name, found in (("symbols", symbols), ("channels", channels)):
            if not found:
                fields.fault(name, "required", "Name at least one.")
        if len(symbols) * len(channels) > limits.WS_SUBSCRIPTIONS_MAX:
            detail = f"A stream may have {limits.WS_SUBSCRIPTIONS_MAX} subscriptions at most."
            fields.fault("symbols", "too_many_subscriptions", detail)
        if not set(channels) <= words.CHANNEL_OF.keys():
            fields.fault("channels", "unknown_word", "Must be channels.")
    return Subscription(symbols, [words.CHANNEL_OF[number] for number in channels])


def replay(data: bytes) -> dict[str, Any]:
    """Which range of whose events, as keyword arguments."""
    request = parse(market_service_pb2.ReplayRequest, data)
    with Fields(request) as fields:
        channels = set(request.channels)
        if not channels <= {number for number, word in words.CHANNEL_OF.items() if word in REPLAYED_CHANNELS}:
            fields.fault("channels", "unknown_word", "Must be CHANNEL_TRADES or CHANNEL_DEPTH.")
        if request.first_sequence < 1:
            fields.fault("first_sequence", "not_a_whole_number", "The first event is 1.")
        found = {
            "symbol": fields.listed_symbol("symbol"),
            "epoch": fields.identifier("epoch", EPOCH_PATTERN),
            "first_sequence": request.first_sequence,
            "count": fields.whole_number("count", highest=limits.REPLAY_EVENTS_MAX, default=limits.REPLAY_EVENTS_MAX),
        }
    return {**found, "channels": [words.CHANNEL_OF[number] for number in channels] or REPLAYED_CHANNELS}


def since(data: bytes) -> dict[str, BookPosition]:
    """Where to begin in each book."""
    request = parse(market_service_pb2.StreamExecutionsRequest, data)
    with Fields(request) as fields:
        if len(request.since) > limits.WS_SUBSCRIPTIONS_MAX:
            fields.fault("since", "too_many", f"Must not name more than {limits.WS_SUBSCRIPTIONS_MAX} symbols.")
        if any(sequence < 0 for sequence in request.since.values()):
            fields.fault("since", "not_a_whole_number", "A sequence is 0 or more.")
        if not set(request.epochs) <= set(request.since):
            fields.fault("epochs", "unknown_word", "Must name symbols of since.")
    return {
        symbol: BookPosition(request.epochs.get(symbol, ""), sequence) for symbol, sequence in request.since.items()
    }


def price_window(data: bytes) -> Window:
    """The window to sum up."""
    with Fields(parse(analytics_service_pb2.GetPriceSummaryRequest, data)) as fields:
        return _window(fields)


def volume_window(data: bytes) -> tuple[Window, int]:
    """The window to sum up, and the length of its intervals in seconds."""
    with Fields(parse(analytics_service_pb2.GetVolumeTrendsRequest, data)) as fields:
        return _window(fields), fields.word("interval", words.INTERVAL_S_OF)


def candles(data: bytes) -> dict[str, Any]:
    """Which candles, as keyword arguments."""
    with Fields(parse(analytics_service_pb2.ListCandlesRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "interval_s": fields.word("interval", words.INTERVAL_S_OF),
            "before": fields.moment("before"),
            "count": _count(fields),
        }


def halt(data: bytes) -> dict[str, Any]:
    """What to halt and why, as keyword arguments."""
    with Fields(parse(admin_service_pb2.HaltRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "reason": fields.text("reason", length_max=limits.REASON_LENGTH_MAX),
        }


def phase(data: bytes) -> dict[str, Any]:
    """Which phase and why, as keyword arguments."""
    with Fields(parse(admin_service_pb2.ChangePhaseRequest, data)) as fields:
        given = fields.is_given("reason")
        return {
            "symbol": fields.listed_symbol("symbol"),
            "phase": fields.word("phase", words.TRADING_PHASE_OF),
            "reason": fields.text("reason", length_max=limits.REASON_LENGTH_MAX) if given else "",
        }


def uncross(data: bytes) -> str:
    """The symbol."""
    return _symbol_of(parse(admin_service_pb2.UncrossRequest, data))


def bands(data: bytes) -> dict[str, Any]:
    """The bands, as keyword arguments."""
    with Fields(request := parse(admin_service_pb2.SetBandsRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "static_band_bps": request.static_band_bps,
            "dynamic_band_bps": request.dynamic_band_bps,
            "volatility_auction_s": request.volatility_auction_s if fields.is_given("volatility_auction_s") else None,
        }


def reference(data: bytes) -> dict[str, Any]:
    """The reference price, as keyword arguments."""
    with Fields(parse(admin_service_pb2.SetReferenceRequest, data)) as fields:
        return {"symbol": fields.listed_symbol("symbol"), "price": fields.decimal("price")}


def allocation(data: bytes) -> dict[str, Any]:
    """The allocation rule, as keyword arguments."""
    with Fields(parse(admin_service_pb2.SetAllocationRequest, data)) as fields:
        return {
            "symbol": fields.listed_symbol("symbol"),
            "allocation": fields.word("allocation", words.ALLOCATION_RULE_OF),
        }


def resumption(data: bytes) -> str:
    """The symbol."""
    return _symbol_of(parse(admin_service_pb2.ResumeRequest, data))


def status(data: bytes) -> None:
    """The request holds nothing."""
    parse(admin_service_pb2.StatusRequest, data)


def _check_price(fields: Fields, ticket: OrderTicket) -> None:
    name = ticket.ord_type.name
    if ticket.ord_type in PRICED_TYPES and ticket.price is None:
        fields.fault("price", "required", f"A {name} order needs a price.")
    if ticket.ord_type in UNPRICED_TYPES and ticket.price is not None:
        fields.fault("price", "price_not_allowed", f"A {name} order takes no price.")


def _symbol_of(request: Message) -> str:
    with Fields(request) as fields:
        return fields.listed_symbol("symbol")


def _window(fields: Fields) -> Window:
    return Window(fields.listed_symbol("symbol"), fields.moment("start"), fields.moment("end"))


def _before(fields: Fields) -> int | None:
    return fields.whole_number("before", highest=BIGINT_MAX, default=1) if fields.is_given("before") else None


def _count(fields: Fields) -> int:
    return fields.whole_number("count", highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)
