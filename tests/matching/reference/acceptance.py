"""Why a book does not take a command: the first rule broken gives the reason."""

from matching.layout import NO_PRICE
from tests.matching.reference import links, stops
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.limits import ICEBERG_SLICES_MAX, LADDER_LEVELS_MAX, ORDER_QTY_LOTS_MAX
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

ENUMS = {
    "side": Side,
    "ord_type": OrdType,
    "time_in_force": TimeInForce,
    "self_trade_prevention": SelfTradePrevention,
    "peg_price_type": PegPriceType,
    "peg_offset_type": PegOffsetType,
    "contingency_type": ContingencyType,
}
WORDS = {name: frozenset(word.value for word in words) for name, words in ENUMS.items()}
MAY_REST = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
STOPS = (OrdType.STOP, OrdType.STOP_LIMIT)


def why_not_accepted(book: BookState, command: dict[str, int]) -> RejectReason:
    """Rules 1 to 8 of new orders; the last two need the order itself."""
    if not _is_understood(command):
        return RejectReason.INVALID_COMMAND
    reason = why_not_in_this_phase(book)
    if reason is not RejectReason.NONE:
        return reason
    if command["order_id"] in book.open_orders:
        return RejectReason.DUPLICATE_ORDER
    if not is_price_for(book, command["ord_type"], command["price_ticks"]) or not _has_stop_price(book, command):
        return RejectReason.PRICE_OUT_OF_RANGE
    if not 1 <= command["order_qty_lots"] <= ORDER_QTY_LOTS_MAX:
        return RejectReason.INCORRECT_QUANTITY
    if not all(terms_hold(command) for terms_hold in TERMS):
        return RejectReason.INVALID_TERMS
    if not _fits_phase(book.phase, command):
        return RejectReason.NOT_IN_THIS_PHASE
    if command["contingency_type"] != ContingencyType.NONE and not links.can_be_linked(book, command):
        return RejectReason.UNKNOWN_LINK
    return RejectReason.NONE


def why_not_replaced(book: BookState, order: Order, command: dict[str, int]) -> RejectReason:
    """The rules of a replace but WOULD_TRADE."""
    reason = why_not_in_this_phase(book)
    if reason is not RejectReason.NONE:
        return reason
    takes_stop_price = order.is_untriggered_stop and not order.is_trailing
    stop_px_ticks, order_qty = command["stop_px_ticks"], command["order_qty_lots"]
    if not is_price_for(book, order.ord_type, command["price_ticks"]):
        return RejectReason.PRICE_OUT_OF_RANGE
    if takes_stop_price and stop_px_ticks != 0 and not book.covers(stop_px_ticks):
        return RejectReason.PRICE_OUT_OF_RANGE
    if not 1 <= order_qty <= ORDER_QTY_LOTS_MAX:
        return RejectReason.INCORRECT_QUANTITY
    if order_qty <= order.cum_qty:
        return RejectReason.NOT_REPLACEABLE
    if stop_px_ticks != 0 and not takes_stop_price:
        return RejectReason.INVALID_TERMS
    if order.display_qty and order_qty > order.display_qty * ICEBERG_SLICES_MAX:
        return RejectReason.INVALID_TERMS
    return RejectReason.NONE


def why_not_in_this_phase(book: BookState) -> RejectReason:
    if book.phase == TradingPhase.CLOSED:
        return RejectReason.EXCHANGE_CLOSED
    if book.phase == TradingPhase.HALTED:
        return RejectReason.INSTRUMENT_HALTED
    return RejectReason.NONE


def price_without_trading(book: BookState, order: Order, price_ticks: int) -> int | None:
    """The price of a POST_ONLY order that would have this one: slid if need be; None when it would trade."""
    if not order.is_post_only or book.phase != TradingPhase.CONTINUOUS or order.place == Place.ASIDE:
        return price_ticks
    best = book.best_price(Side(order.side).opposite)
    would_trade = best is not None and (best <= price_ticks if order.side == Side.BUY else best >= price_ticks)
    if best is None or not would_trade:
        return price_ticks
    slid = best - 1 if order.side == Side.BUY else best + 1
    return slid if order.slides and book.covers(slid) else None


def find_stop_price(book: BookState, order: Order) -> RejectReason:
    """Give a trailing stop without a stop price one; why that cannot be."""
    if not order.is_trailing or order.stop_px_ticks != 0:
        return RejectReason.NONE
    price_ticks = book.last_px_ticks or book.reference_ticks
    if price_ticks == 0:
        return RejectReason.NO_REFERENCE_PRICE
    order.stop_px_ticks = stops.trailing_price(order, price_ticks=price_ticks)
    return RejectReason.NONE if book.covers(order.stop_px_ticks) else RejectReason.PRICE_OUT_OF_RANGE


def is_price_for(book: BookState, ord_type: int, price_ticks: int) -> bool:
    """Whether an order of this type may have this price."""
    needs_none = ord_type not in (OrdType.LIMIT, OrdType.STOP_LIMIT)
    return book.covers(price_ticks) or (needs_none and price_ticks == NO_PRICE)


def _is_understood(command: dict[str, int]) -> bool:
    return (
        command["order_id"] >= 1
        and all(command[name] in words for name, words in WORDS.items())
        and 0 <= command["exec_inst"] <= 15
    )


def _is_trailing(command: dict[str, int]) -> bool:
    return command["ord_type"] == OrdType.STOP and command["peg_price_type"] == PegPriceType.TRAILING_STOP


def _has_stop_price(book: BookState, command: dict[str, int]) -> bool:
    if command["ord_type"] not in STOPS:
        return True
    return book.covers(command["stop_px_ticks"]) or (_is_trailing(command) and command["stop_px_ticks"] == 0)


def _only_stops_have_a_stop_price(command: dict[str, int]) -> bool:
    return command["stop_px_ticks"] == 0 or command["ord_type"] in STOPS


def _peg_fits_type(command: dict[str, int]) -> bool:
    peg, offset = command["peg_price_type"], command["peg_offset"]
    is_in_ticks = command["peg_offset_type"] == PegOffsetType.TICKS
    if command["ord_type"] == OrdType.PEGGED:
        follows = peg in (PegPriceType.MID, PegPriceType.MARKET, PegPriceType.PRIMARY)
        return follows and is_in_ticks and -LADDER_LEVELS_MAX <= offset <= LADDER_LEVELS_MAX
    if _is_trailing(command):
        return 1 <= offset <= (LADDER_LEVELS_MAX if is_in_ticks else 10_000)
    return peg == PegPriceType.NONE and offset == 0 and is_in_ticks


def _time_in_force_fits_type(command: dict[str, int]) -> bool:
    return command["time_in_force"] in MAY_REST or command["ord_type"] in (OrdType.MARKET, OrdType.LIMIT)


def _display_fits(command: dict[str, int]) -> bool:
    display = command["display_qty_lots"]
    return display == 0 or (
        display >= 1
        and command["ord_type"] in (OrdType.LIMIT, OrdType.STOP_LIMIT)
        and command["time_in_force"] not in (TimeInForce.IOC, TimeInForce.FOK)
        and command["order_qty_lots"] <= display * ICEBERG_SLICES_MAX
    )


def _minimum_fits(command: dict[str, int]) -> bool:
    minimum = command["min_qty_lots"]
    return minimum == 0 or (
        1 <= minimum <= command["order_qty_lots"]
        and command["ord_type"] in (OrdType.MARKET, OrdType.LIMIT)
        and command["time_in_force"] in (*MAY_REST, TimeInForce.IOC)
        and not command["exec_inst"] & ExecInst.POST_ONLY
    )


def _post_only_fits(command: dict[str, int]) -> bool:
    if not command["exec_inst"] & ExecInst.POST_ONLY:
        return not command["exec_inst"] & ExecInst.SLIDE
    return command["ord_type"] == OrdType.LIMIT and command["time_in_force"] in MAY_REST


def _expire_time_fits(command: dict[str, int]) -> bool:
    if command["time_in_force"] == TimeInForce.GTD:
        return command["expire_time_ns"] > command["transact_time_ns"]
    return command["expire_time_ns"] == 0


def _contingency_fits(command: dict[str, int]) -> bool:
    linked = command["linked_order_id"]
    if command["contingency_type"] == ContingencyType.NONE:
        return linked == 0
    fits = (
        linked >= 1
        and linked != command["order_id"]
        and command["time_in_force"] in MAY_REST
        and command["ord_type"] != OrdType.PEGGED
    )
    if command["contingency_type"] == ContingencyType.ONE_TRIGGERS_THE_OTHER:
        return fits and command["min_qty_lots"] == 0 and not command["exec_inst"] & ExecInst.POST_ONLY
    return fits


TERMS = (
    _only_stops_have_a_stop_price,
    _peg_fits_type,
    _time_in_force_fits_type,
    _display_fits,
    _minimum_fits,
    _post_only_fits,
    _expire_time_fits,
    _contingency_fits,
)


def _fits_phase(phase: TradingPhase, command: dict[str, int]) -> bool:
    if command["time_in_force"] == TimeInForce.AT_THE_OPEN:
        return phase in (TradingPhase.PRE_OPEN, TradingPhase.OPENING_AUCTION)
    needs_trading = (
        command["time_in_force"] in (TimeInForce.IOC, TimeInForce.FOK)
        or command["min_qty_lots"] != 0
        or command["ord_type"] == OrdType.PEGGED
    )
    return not (needs_trading and TradingPhase(phase).collects)
