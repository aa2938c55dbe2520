"""Entering a phase, step by step."""

from matching.layout import NO_PRICE
from tests.matching.reference import links, pegs, stops, uncross
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

UNCROSSES = (TradingPhase.CONTINUOUS, TradingPhase.CLOSED)


def change(book: BookState, command: dict[str, int]) -> None:
    if command["phase"] not in list(TradingPhase) or command["phase"] == TradingPhase.HALTED:
        book.reject(command, RejectReason.INVALID_COMMAND)
    else:
        enter(book, TradingPhase(command["phase"]))


def halt(book: BookState, command: dict[str, int]) -> None:
    book.phase = TradingPhase.HALTED
    book.write(kind=EventKind.PHASE_CHANGED, price_ticks=NO_PRICE)


def resume(book: BookState, command: dict[str, int]) -> None:
    enter(book, TradingPhase.CONTINUOUS)


def enter(book: BookState, phase: TradingPhase) -> None:
    book.phase = phase
    if phase in UNCROSSES:
        indication = uncross.indicate(book)
        book.write(kind=EventKind.PHASE_CHANGED, price_ticks=indication.price_ticks, last_qty_lots=indication.quantity)
        if indication.price_ticks != NO_PRICE:
            uncross.trade(book, price_ticks=indication.price_ticks)
        _end_auction(book)
    else:
        book.write(kind=EventKind.PHASE_CHANGED, price_ticks=NO_PRICE)
    if phase == TradingPhase.CLOSED:
        for order in _waiting_for_the_close(book):
            links.close(book, order, EventKind.EXPIRED, reason=RejectReason.AUCTION_OVER)
    if phase == TradingPhase.CLOSING_AUCTION:
        for order in _waiting_for_the_close(book):
            book.rest(order)
            book.tell(EventKind.TRIGGERED, order)
    if phase not in (TradingPhase.CONTINUOUS, TradingPhase.HALTED):
        pegs.go_aside(book)
    if phase == TradingPhase.CONTINUOUS:
        stops.look(book)


def _end_auction(book: BookState) -> None:
    """Take out of the book what was there for the auction alone."""
    for order in [*book.ranked(Side.BUY), *book.ranked(Side.SELL)]:
        if book.open_orders.get(order.order_id) is not order:
            continue
        if order.ord_type in (OrdType.MARKET, OrdType.STOP):
            links.close(book, order, EventKind.CANCELED, reason=RejectReason.AUCTION_OVER)
        elif order.time_in_force in (TimeInForce.AT_THE_OPEN, TimeInForce.AT_THE_CLOSE):
            links.close(book, order, EventKind.EXPIRED, reason=RejectReason.AUCTION_OVER)


def _waiting_for_the_close(book: BookState) -> list[Order]:
    return [
        order
        for order in book.aside()
        if order.place == Place.ASIDE and order.time_in_force == TimeInForce.AT_THE_CLOSE
    ]
