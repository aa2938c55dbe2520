"""How orders end, and what that does to the orders linked to them."""

from typing import Any

from matching.kernel.arrays import (
    ACTIVATED,
    CALL_ONLY,
    HAS_TRIGGERED,
    HELD,
    ICEBERG,
    LINKED,
    NO_CHAIN,
    TRAILING_STOPS,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.ids import find
from matching.kernel.queues import join_acting, join_chain, leave_chain, leave_place
from matching.kernel.reports import tell_closed
from matching.kernel.rows import order_at, terms_at
from matching.kernel.words import (
    CANCELED,
    LINKED_ORDER,
    ONE_CANCELS_THE_OTHER,
    ONE_TRIGGERS_THE_OTHER,
    STOP,
    STOP_LIMIT,
    TRAILING_STOP,
)


@section
def _uncount(b: Any, slot: Any) -> None:
    """Take an order with flags out of what is counted."""
    order = order_at(b, slot)
    flags = order.flags
    if terms_at(b, slot).chain != NO_CHAIN:
        leave_chain(b, slot)
    if order.ord_type in (STOP, STOP_LIMIT) and not flags & HAS_TRIGGERED:
        b.stops -= 1
    if flags & (LINKED | HELD):
        b.linked -= 1
    if flags & ICEBERG:
        b.icebergs -= 1
    if flags & CALL_ONLY:
        b.call_orders -= 1


@inlined_section
def close(b: Any, slot: Any) -> None:
    """End an order that stands nowhere any more and has no leaves; its id is free once the command is over."""
    order = order_at(b, slot)
    if order.flags != 0:
        _uncount(b, slot)
    order.later = b.closed_slot
    b.closed_slot = slot


@section
def end_alone(b: Any, slot: Any, kind: Any, reason: Any) -> None:
    """Cancel or expire an order without a thought for the orders linked to it."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    leave_place(b, slot)
    order.leaves_qty_lots = 0
    tell_closed(b, slot, kind, reason, leaves)
    close(b, slot)


@section
def end(b: Any, slot: Any, kind: Any, reason: Any) -> None:
    """Cancel or expire an order, and let its links act."""
    order = order_at(b, slot)
    cum = order.order_qty_lots - order.leaves_qty_lots
    end_alone(b, slot, kind, reason)
    if order.flags & (LINKED | HELD):
        links_after_close(b, slot, cum)


@section
def unlink(b: Any, slot: Any) -> None:
    """Make an order one that is linked to nothing."""
    terms = terms_at(b, slot)
    terms.contingency_type = 0
    terms.linked_order_id = 0
    terms.second_linked_order_id = 0
    order = order_at(b, slot)
    if order.flags & (LINKED | HELD) and order.leaves_qty_lots > 0:
        b.linked -= 1
    order.flags &= ~(LINKED | HELD)


@section
def cancel_partner(b: Any, slot: Any) -> None:
    """One cancels the other: this order has traded or ended, so its partner ends."""
    partner = find(b, terms_at(b, slot).linked_order_id)
    unlink(b, slot)
    unlink(b, partner)
    end_alone(b, partner, CANCELED, LINKED_ORDER)


@section
def _forget_held(b: Any, slot: Any) -> None:
    """A held order has ended: its parent holds one order fewer."""
    parent = find(b, terms_at(b, slot).linked_order_id)
    terms = terms_at(b, parent)
    if terms.linked_order_id == order_at(b, slot).order_id:
        terms.linked_order_id = terms.second_linked_order_id
    terms.second_linked_order_id = 0
    if terms.linked_order_id == 0:
        unlink(b, parent)


@section
def _activate(b: Any, slot: Any, partner_id: Any, filled_qty: Any) -> None:
    """Let a held order act, bounded by what its parent has filled."""
    order = order_at(b, slot)
    terms = terms_at(b, slot)
    if filled_qty < order.order_qty_lots:
        order.order_qty_lots = filled_qty
        order.leaves_qty_lots = filled_qty
    order.flags = (order.flags & ~HELD) | ACTIVATED
    leave_chain(b, slot)
    if terms.peg_price_type == TRAILING_STOP:
        join_chain(b, slot, TRAILING_STOPS)
    terms.linked_order_id = partner_id
    if partner_id != 0:
        order.flags |= LINKED
        terms.contingency_type = ONE_CANCELS_THE_OTHER
    else:
        b.linked -= 1
        terms.contingency_type = 0
    join_acting(b, slot)


@section
def _end_of_parent(b: Any, slot: Any, filled_qty: Any) -> None:
    """An order has ended that others are held for."""
    first_id = terms_at(b, slot).linked_order_id
    second_id = terms_at(b, slot).second_linked_order_id
    unlink(b, slot)
    for held_id, other_id in ((first_id, second_id), (second_id, first_id)):
        if held_id == 0:
            continue
        held = find(b, held_id)
        if filled_qty == 0:
            end_alone(b, held, CANCELED, LINKED_ORDER)
        else:
            _activate(b, held, other_id, filled_qty)


@section
def links_after_close(b: Any, slot: Any, filled_qty: Any) -> None:
    """Let the links of an order act that has just ended."""
    contingency = terms_at(b, slot).contingency_type
    if contingency == ONE_CANCELS_THE_OTHER:
        cancel_partner(b, slot)
    elif contingency == ONE_TRIGGERS_THE_OTHER:
        _forget_held(b, slot)
    else:
        _end_of_parent(b, slot, filled_qty)


@section
def links_after_trade(b: Any, slot: Any) -> None:
    """Let the links of an order act that has just traded, and ended if it has no leaves."""
    if terms_at(b, slot).contingency_type == ONE_CANCELS_THE_OTHER:
        cancel_partner(b, slot)
    elif order_at(b, slot).leaves_qty_lots == 0:
        _end_of_parent(b, slot, order_at(b, slot).order_qty_lots)
