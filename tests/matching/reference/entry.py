"""How orders come into the book: new ones, and those whose turn in the acting queue has come."""

from tests.matching.reference import acceptance, links, pegs, stops, trading
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.orders import TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason


def new_order(book: BookState, command: dict[str, int]) -> None:
    reason = acceptance.why_not_accepted(book, command)
    if reason is not RejectReason.NONE:
        book.reject(command, reason)
        return
    order = Order.of(command)
    reason = acceptance.find_stop_price(book, order)
    if reason is not RejectReason.NONE:
        book.reject(command, reason)
        return
    if order.is_post_only:
        price_ticks = acceptance.price_without_trading(book, order, order.price_ticks)
        if price_ticks is None:
            book.reject(command, RejectReason.WOULD_TRADE)
            return
        order.price_ticks = price_ticks
    book.open_orders[order.order_id] = order
    links.link(book, order, command)
    if order.is_pegged or order.is_trailing or order.is_held or order.time_in_force == TimeInForce.AT_THE_CLOSE:
        order.entered_seq = book.event_seq + 1
    enter(book, order, EventKind.NEW)


def act(book: BookState) -> None:
    """Let the orders in the acting queue act, the oldest first, until none is left."""
    while book.acting_queue:
        order = book.acting_queue.pop(0)
        if order.is_held:
            order.is_held = False
        else:
            order.is_triggered = True
        enter(book, order, EventKind.TRIGGERED)


def enter(book: BookState, order: Order, kind: EventKind) -> None:
    """Put an order where it belongs, tell it, and let it take when it can trade at once."""
    takes = False
    waits_for_the_close = order.time_in_force == TimeInForce.AT_THE_CLOSE and book.phase != TradingPhase.CLOSING_AUCTION
    if order.is_held or waits_for_the_close:
        book.stand_aside(order)
    elif order.is_untriggered_stop:
        stand_as_stop(book, order)
    elif order.is_pegged:
        pegs.stand(book, order)
    elif book.phase == TradingPhase.CONTINUOUS:
        takes = True
    else:
        book.rest(order)
    book.tell(kind, order)
    if not takes:
        return
    assert order.place == Place.NOWHERE
    reason = trading.why_not_at_once(book, order) if kind == EventKind.NEW else RejectReason.NONE
    if reason is not RejectReason.NONE:
        links.close(book, order, EventKind.CANCELED, reason=reason)
    else:
        trading.take(book, order)


def stand_as_stop(book: BookState, order: Order) -> None:
    """Wait in STOPS, or in CONTINUOUS join the acting queue when the stop is reached already."""
    if book.phase == TradingPhase.CONTINUOUS and stops.is_reached(book, order):
        book.join_acting_queue(order)
    else:
        book.wait_in_stops(order)
