"""Linked orders, and the closing of orders, which is what moves links."""

from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.orders import ContingencyType
from vocabulary.rejects import RejectReason


def can_be_linked(book: BookState, command: dict[str, int]) -> bool:
    """Whether a new order may name the order that it names."""
    named = book.open_orders.get(command["linked_order_id"])
    if named is None or named.account_id != command["account_id"] or named.is_pegged:
        return False
    if command["contingency_type"] == ContingencyType.ONE_CANCELS_THE_OTHER:
        is_free = named.partner is None and named.parent is None and not named.held
        return is_free and named.side == command["side"]
    return (
        named.partner is None
        and named.parent is None
        and len(named.held) < 2
        and all(held.side == command["side"] for held in named.held)
    )


def link(book: BookState, order: Order, command: dict[str, int]) -> None:
    """Link an accepted order to the one that its command names."""
    if command["contingency_type"] == ContingencyType.NONE:
        return
    named = book.open_orders[command["linked_order_id"]]
    if command["contingency_type"] == ContingencyType.ONE_CANCELS_THE_OTHER:
        order.partner, named.partner = named, order
    else:
        order.parent = named
        named.held.append(order)


def close(book: BookState, order: Order, kind: EventKind, *, reason: RejectReason = RejectReason.NONE) -> None:
    """Cancel or expire an order, and let its links act."""
    _take_out(book, order)
    book.tell(kind, order, leaves_qty=0, reason=reason)
    _cancel_partner(book, order)
    _act_on_close(book, order)


def act_on_trade(book: BookState, order: Order) -> None:
    """Let the links of an order that has traded act."""
    if order.leaves_qty == 0:
        _take_out(book, order)
    _cancel_partner(book, order)
    if order.leaves_qty == 0:
        _act_on_close(book, order)


def _take_out(book: BookState, order: Order) -> None:
    book.leave_place(order)
    del book.open_orders[order.order_id]


def _cancel_partner(book: BookState, order: Order) -> None:
    partner = order.partner
    if partner is not None:
        order.partner = partner.partner = None
        close(book, partner, EventKind.CANCELED, reason=RejectReason.LINKED_ORDER)


def _act_on_close(book: BookState, order: Order) -> None:
    if order.parent is not None:
        order.parent.held.remove(order)
        order.parent = None
    held_orders, order.held = order.held, []
    for held in held_orders:
        held.parent = None
    if order.cum_qty == 0:
        for held in held_orders:
            close(book, held, EventKind.CANCELED, reason=RejectReason.LINKED_ORDER)
        return
    if len(held_orders) == 2:
        held_orders[0].partner, held_orders[1].partner = held_orders[1], held_orders[0]
    for held in held_orders:
        assert held.place == Place.ASIDE
        held.order_qty = min(held.order_qty, order.cum_qty)
        book.join_acting_queue(held)
