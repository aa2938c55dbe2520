"""The uncross: the one price of an auction, and the trades at it."""

from collections.abc import Callable
from typing import NamedTuple

from matching.layout import NO_PRICE
from tests.matching.reference.order import Order
from tests.matching.reference.state import BookState
from tests.matching.reference.trading import is_within, tell_trade
from vocabulary.orders import LiquiditySide, Side


class Indication(NamedTuple):
    """What an uncross would do now; ``NO_PRICE`` and zeros when nothing would trade."""

    price_ticks: int
    quantity: int
    imbalance: int


NOTHING_TRADES = Indication(NO_PRICE, 0, 0)


def indicate(book: BookState) -> Indication:
    """What the uncross would choose: every candidate is weighed, and the rules are applied one after the other."""
    weighed = [_weigh(book, price_ticks) for price_ticks in _candidates(book)]
    if not any(one.quantity for one in weighed):
        return NOTHING_TRADES
    weighed = _best(weighed, lambda one: -one.quantity)
    weighed = _best(weighed, lambda one: abs(one.imbalance))
    if all(one.imbalance > 0 for one in weighed):
        return max(weighed)
    if all(one.imbalance < 0 for one in weighed):
        return min(weighed)
    near = book.reference_ticks or book.last_px_ticks
    if near == 0:
        return min(weighed)
    return max(_best(weighed, lambda one: abs(one.price_ticks - near)))


def trade(book: BookState, *, price_ticks: int) -> None:
    """Trade by rank at the price until a side has nothing left for it."""
    book.last_px_ticks = book.reference_ticks = price_ticks
    while True:
        bid, offer = book.first(Side.BUY), book.first(Side.SELL)
        if bid is None or offer is None or not (is_within(bid, price_ticks) and is_within(offer, price_ticks)):
            return
        quantity = min(bid.leaves_qty, offer.leaves_qty)
        for order in (bid, offer):
            order.cum_qty += quantity
            order.show_afresh()
        tell_trade(
            book,
            ((bid, LiquiditySide.AUCTION), (offer, LiquiditySide.AUCTION)),
            price_ticks=price_ticks,
            quantity=quantity,
        )


def _candidates(book: BookState) -> list[int]:
    prices = sorted({order.price_ticks for order in book.in_book if order.price_ticks != NO_PRICE})
    if prices:
        return prices
    price = book.reference_ticks or book.last_px_ticks
    return [price] if book.covers(price) else []


def _weigh(book: BookState, price_ticks: int) -> Indication:
    demand, supply = (
        sum(order.leaves_qty for order in _counted(book, side) if is_within(order, price_ticks))
        for side in (Side.BUY, Side.SELL)
    )
    return Indication(price_ticks, min(demand, supply), demand - supply)


def _counted(book: BookState, side: Side) -> list[Order]:
    return [order for order in book.in_book if order.side == side]


def _best(weighed: list[Indication], badness: Callable[[Indication], int]) -> list[Indication]:
    least = min(badness(one) for one in weighed)
    return [one for one in weighed if badness(one) == least]
