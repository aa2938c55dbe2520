"""The rules of a book that commands set."""

from matching.layout import NO_PRICE
from tests.matching.reference.order import Order
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.limits import BAND_BPS_MAX, PRICE_TICKS_MAX
from vocabulary.phases import AllocationRule
from vocabulary.rejects import RejectReason


def set_reference(book: BookState, command: dict[str, int]) -> None:
    if not book.covers(command["price_ticks"]):
        book.reject(command, RejectReason.PRICE_OUT_OF_RANGE)
        return
    book.reference_ticks = command["price_ticks"]
    _tell(book, price_ticks=command["price_ticks"])


def set_last(book: BookState, command: dict[str, int]) -> None:
    if not book.covers(command["price_ticks"]):
        book.reject(command, RejectReason.PRICE_OUT_OF_RANGE)
        return
    if book.open_orders:
        book.reject(command, RejectReason.OPEN_ORDERS)
        return
    book.last_px_ticks = command["price_ticks"]
    _tell(book, price_ticks=command["price_ticks"])


def set_bands(book: BookState, command: dict[str, int]) -> None:
    widths = (command["static_band_bps"], command["dynamic_band_bps"])
    if not all(0 <= width <= BAND_BPS_MAX for width in widths):
        book.reject(command, RejectReason.INVALID_TERMS)
        return
    book.static_band_bps, book.dynamic_band_bps = widths
    _tell(book, price_ticks=NO_PRICE)


def set_allocation(book: BookState, command: dict[str, int]) -> None:
    if command["allocation"] not in list(AllocationRule):
        book.reject(command, RejectReason.INVALID_TERMS)
        return
    book.allocation = command["allocation"]
    _tell(book, price_ticks=NO_PRICE)


def rebase(book: BookState, command: dict[str, int]) -> None:
    lowest = command["price_ticks"]
    highest = lowest + book.levels - 1
    named = [price for order in book.open_orders.values() for price in _named_prices(order)]
    if not (lowest >= 1 and highest <= PRICE_TICKS_MAX and all(lowest <= price <= highest for price in named)):
        book.reject(command, RejectReason.PRICE_OUT_OF_RANGE)
        return
    book.base_ticks = lowest
    _tell(book, price_ticks=lowest)


def change_engine(book: BookState, command: dict[str, int]) -> None:
    _tell(book, price_ticks=NO_PRICE)


def _named_prices(order: Order) -> list[int]:
    """The prices at which an order stands or may come to stand."""
    prices = [] if order.price_ticks == NO_PRICE else [order.price_ticks]
    if order.is_pegged and order.limit_price_ticks != NO_PRICE:
        prices.append(order.limit_price_ticks)
    if order.is_untriggered_stop:
        prices.append(order.stop_px_ticks)
    return prices


def _tell(book: BookState, *, price_ticks: int) -> None:
    book.write(kind=EventKind.RULES_CHANGED, price_ticks=price_ticks)
