"""Pegged orders: their price, and how they follow the market."""

from matching.layout import NO_PRICE
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState, in_entry_order
from vocabulary.commands import EventKind
from vocabulary.orders import PegPriceType, Side


def stand(book: BookState, order: Order) -> None:
    """Price a pegged order that stands nowhere, and put it where its price is."""
    order.price_ticks = _price(book, order)
    if order.price_ticks == NO_PRICE:
        book.stand_aside(order)
    else:
        book.rest(order)


def follow(book: BookState) -> None:
    """Price all pegged orders anew when the reference bid or offer has moved."""
    bid, offer = (_reference_price(book, side) or 0 for side in (Side.BUY, Side.SELL))
    pegged = _pegged(book)
    if not pegged or (bid, offer) == (book.peg_bid_ticks, book.peg_offer_ticks):
        return
    book.peg_bid_ticks, book.peg_offer_ticks = bid, offer
    for order in pegged:
        if _price(book, order) != order.price_ticks:
            book.leave_place(order)
            stand(book, order)
            book.tell(EventKind.RESTATED, order)


def go_aside(book: BookState) -> None:
    """Take the pegged orders out of the book: it enters a phase in which they have no price."""
    book.peg_bid_ticks = book.peg_offer_ticks = 0
    for order in _pegged(book):
        if order.place == Place.BOOK:
            book.leave_place(order)
            order.price_ticks = NO_PRICE
            book.stand_aside(order)
            book.tell(EventKind.RESTATED, order)


def _pegged(book: BookState) -> list[Order]:
    return in_entry_order([order for order in book.open_orders.values() if order.is_pegged])


def _price(book: BookState, order: Order) -> int:
    followed = _followed_price(book, order)
    if followed is None:
        return NO_PRICE
    price = followed + order.peg_offset
    if order.side == Side.BUY:
        best_offer = book.best_price(Side.SELL)
        bounds = [] if best_offer is None else [best_offer - 1]
        bounds += [] if order.limit_price_ticks == NO_PRICE else [order.limit_price_ticks]
        price = min([price, *bounds])
    else:
        best_bid = book.best_price(Side.BUY)
        bounds = [] if best_bid is None else [best_bid + 1]
        bounds += [] if order.limit_price_ticks == NO_PRICE else [order.limit_price_ticks]
        price = max([price, *bounds])
    return price if book.covers(price) else NO_PRICE


def _followed_price(book: BookState, order: Order) -> int | None:
    bid, offer = _reference_price(book, Side.BUY), _reference_price(book, Side.SELL)
    if order.peg_price_type == PegPriceType.MID:
        if bid is None or offer is None:
            return None
        return (bid + offer) // 2 if order.side == Side.BUY else (bid + offer + 1) // 2
    follows_own_side = order.peg_price_type == PegPriceType.PRIMARY
    return bid if (order.side == Side.BUY) == follows_own_side else offer


def _reference_price(book: BookState, side: Side) -> int | None:
    """The best price of the orders that do not follow others."""
    prices = [
        order.price_ticks
        for order in book.in_book
        if order.side == side and not order.is_pegged and order.price_ticks != NO_PRICE
    ]
    if not prices:
        return None
    return max(prices) if side == Side.BUY else min(prices)
