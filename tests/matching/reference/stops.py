"""Stops: when they are reached, and how trailing ones move."""

from tests.matching.reference.order import Order
from tests.matching.reference.state import BookState, in_entry_order
from vocabulary.orders import PegOffsetType, Side


def is_reached(book: BookState, order: Order) -> bool:
    if book.last_px_ticks == 0:
        return False
    if order.side == Side.BUY:
        return book.last_px_ticks >= order.stop_px_ticks
    return book.last_px_ticks <= order.stop_px_ticks


def trailing_price(order: Order, *, price_ticks: int) -> int:
    """Where a trailing stop would stand behind a price."""
    offset = order.peg_offset
    if order.peg_offset_type == PegOffsetType.BASIS_POINTS:
        offset = max(1, price_ticks * order.peg_offset // 10_000)
    return price_ticks + offset if order.side == Side.BUY else price_ticks - offset


def look(book: BookState) -> None:
    """Look at the last price: trailing stops move, then the stops reached join the acting queue."""
    if book.last_px_ticks == 0:
        return
    for order in in_entry_order([order for order in book.in_stops if order.is_trailing]):
        _trail(book, order)
    for side in (Side.BUY, Side.SELL):
        for order in book.ranked_stops(side):
            if is_reached(book, order):
                book.leave_place(order)
                book.join_acting_queue(order)


def _trail(book: BookState, order: Order) -> None:
    moved = trailing_price(order, price_ticks=book.last_px_ticks)
    is_nearer = moved < order.stop_px_ticks if order.side == Side.BUY else moved > order.stop_px_ticks
    if is_nearer and book.covers(moved):
        book.leave_place(order)
        order.stop_px_ticks = moved
        book.wait_in_stops(order)
