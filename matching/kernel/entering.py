"""New orders: writing them down, and letting them begin."""

from typing import Any

from matching.kernel.acting import begin, take_or_rest
from matching.kernel.admission import is_plain, refuse_new, refuse_plain, slid_price, trailing_start
from matching.kernel.arrays import (
    CLOSE_ORDERS,
    FOR_THE_CLOSE,
    HELD,
    HELD_ORDERS,
    ICEBERG,
    LINKED,
    NOWHERE,
    PEG,
    PEGS,
    TRAILING,
    TRAILING_STOPS,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import end
from matching.kernel.ids import enter, find
from matching.kernel.pegs import pegged_price
from matching.kernel.queues import give_terms, join_chain, own_ladder, queue_up, rank_of
from matching.kernel.reach import can_trade_at_once, could_trade
from matching.kernel.reports import tell, tell_rejected, write
from matching.kernel.rows import order_at, terms_at
from matching.kernel.words import (
    AT_THE_CLOSE,
    CANCELED,
    CLOSING_AUCTION,
    CONTINUOUS,
    FOK,
    IOC,
    LIMIT,
    MIN_QTY_NOT_MET,
    NEW,
    NO_PRICE,
    NONE,
    ONE_CANCELS_THE_OTHER,
    ONE_TRIGGERS_THE_OTHER,
    PEGGED,
    REJECTED,
    SLIDE,
    STOP,
    STOP_LIMIT,
    TRAILING_STOP,
)


@inlined_section
def _write_down(b: Any, command: Any) -> Any:
    """Give a new order a slot and its plain terms; it is open now, stands nowhere and is not yet known by its id."""
    slot = b.free_slot
    if slot != 0:
        b.free_slot = order_at(b, slot).later
    else:
        b.slots_used += 1
        slot = b.slots_used
    order = order_at(b, slot)
    order.order_id = command.order_id
    order.account_id = command.account_id
    order.order_qty_lots = command.order_qty_lots
    order.leaves_qty_lots = command.order_qty_lots
    order.shown_qty_lots = 0
    order.price_ticks = command.price_ticks
    order.later = 0
    order.earlier = 0
    order.rank = 0
    order.side = command.side
    order.ladder = NOWHERE
    order.ord_type = command.ord_type
    order.time_in_force = command.time_in_force
    order.flags = 0
    b.open_orders += 1
    return slot


@section
def _write_down_terms(b: Any, command: Any, slot: Any) -> None:
    """Give a new order the terms that make it more than plain."""
    order = order_at(b, slot)
    give_terms(b, slot)
    terms = terms_at(b, slot)
    terms.stop_px_ticks = command.stop_px_ticks
    terms.peg_offset = command.peg_offset
    terms.display_qty_lots = command.display_qty_lots
    terms.min_qty_lots = command.min_qty_lots
    terms.expire_time_ns = command.expire_time_ns
    terms.exec_inst = command.exec_inst
    terms.self_trade_prevention = command.self_trade_prevention
    terms.peg_price_type = command.peg_price_type
    terms.peg_offset_type = command.peg_offset_type
    if command.display_qty_lots > 0:
        order.flags |= ICEBERG
        b.icebergs += 1
    if order.ord_type == STOP or order.ord_type == STOP_LIMIT:
        b.stops += 1
    if command.peg_price_type == TRAILING_STOP:
        order.flags |= TRAILING
        if command.stop_px_ticks == 0:
            terms.stop_px_ticks = trailing_start(b, command)
    if order.ord_type == PEGGED:
        order.flags |= PEG
    if order.time_in_force == AT_THE_CLOSE:
        order.flags |= FOR_THE_CLOSE
    if order.flags & (PEG | TRAILING | FOR_THE_CLOSE) or command.contingency_type == ONE_TRIGGERS_THE_OTHER:
        terms.entered_seq = b.event_seq + 1


@section
def _link(b: Any, command: Any, slot: Any) -> None:
    """Link a new order with the one that it names."""
    other = find(b, command.linked_order_id)
    give_terms(b, other)
    terms = terms_at(b, slot)
    other_terms = terms_at(b, other)
    terms.contingency_type = command.contingency_type
    terms.linked_order_id = command.linked_order_id
    b.linked += 1 + (not order_at(b, other).flags & LINKED)
    order_at(b, other).flags |= LINKED
    if command.contingency_type == ONE_CANCELS_THE_OTHER:
        order_at(b, slot).flags |= LINKED
        other_terms.contingency_type = ONE_CANCELS_THE_OTHER
        other_terms.linked_order_id = command.order_id
        return
    order_at(b, slot).flags |= HELD
    if other_terms.linked_order_id == 0:
        other_terms.linked_order_id = command.order_id
    else:
        other_terms.second_linked_order_id = command.order_id


@section
def _chain(b: Any, slot: Any) -> None:
    """Put an order into the chain that it is looked for in."""
    flags = order_at(b, slot).flags
    if flags & HELD:
        join_chain(b, slot, HELD_ORDERS)
    elif flags & PEG:
        join_chain(b, slot, PEGS)
    elif flags & TRAILING:
        join_chain(b, slot, TRAILING_STOPS)
    elif flags & FOR_THE_CLOSE and b.phase != CLOSING_AUCTION:
        join_chain(b, slot, CLOSE_ORDERS)


@section
def _set_price(b: Any, slot: Any, exec_inst: Any) -> None:
    """Give an order the price that the market gives it: one that slides, and one that is pegged."""
    order = order_at(b, slot)
    if exec_inst & SLIDE and b.phase == CONTINUOUS:
        order.price_ticks = slid_price(b, order.side, order.price_ticks)
    if order.flags & PEG:
        terms_at(b, slot).limit_price_ticks = order.price_ticks
        order.price_ticks = pegged_price(b, slot)


@section
def _new_order_with_terms(b: Any, command: Any, is_duplicate: Any) -> None:
    reason = refuse_new(b, command, is_duplicate)
    if reason != NONE:
        tell_rejected(b, command, REJECTED, reason)
        return
    slot = _write_down(b, command)
    enter(b, slot, command.order_id)
    _write_down_terms(b, command, slot)
    if command.contingency_type != 0:
        _link(b, command, slot)
    _chain(b, slot)
    _set_price(b, slot, command.exec_inst)
    tell(b, slot, NEW, NONE)
    minimum = command.min_qty_lots
    if minimum > 0 and b.phase == CONTINUOUS and not can_trade_at_once(b, slot, minimum):
        end(b, slot, CANCELED, MIN_QTY_NOT_MET)
    else:
        begin(b, slot)


@inlined_section
def _tell_plain(b: Any, command: Any) -> None:
    """Report a new plain order: what ``tell`` would say, without reading back what has only just been written."""
    quantity = command.order_qty_lots
    hidden = quantity if command.price_ticks == NO_PRICE and b.phase != CONTINUOUS else 0
    write(
        b, NEW, NONE, command.side, 0, command.order_id, command.account_id, command.price_ticks, quantity,
        0, quantity, 0, 0, 0, 0, hidden,
    )  # fmt: skip


@inlined_section
def _only_rests(b: Any, command: Any) -> Any:
    """Whether a plain order does nothing but rest at its price."""
    return (
        b.phase == CONTINUOUS
        and command.ord_type == LIMIT
        and command.time_in_force != IOC
        and command.time_in_force != FOK
        and not could_trade(b, command.side, command.price_ticks)
    )


@inlined_section
def new_order(b: Any, command: Any, is_duplicate: Any) -> None:
    """Take a new order on, or reject it."""
    if not is_plain(command) or command.time_in_force > FOK:
        _new_order_with_terms(b, command, is_duplicate)
        return
    reason = refuse_plain(b, command, is_duplicate)
    if reason != NONE:
        tell_rejected(b, command, REJECTED, reason)
        return
    slot = _write_down(b, command)
    _tell_plain(b, command)
    if _only_rests(b, command):
        ladder = own_ladder(command.side)
        queue_up(b, slot, ladder, rank_of(b, ladder, command.price_ticks), command.order_qty_lots)
        enter(b, slot, command.order_id)
        return
    take_or_rest(b, slot)
    # Nothing asks for a plain order by its id while it trades, and one that is done then need never be known by it.
    if order_at(b, slot).leaves_qty_lots > 0:
        enter(b, slot, command.order_id)
    else:
        order_at(b, slot).order_id = 0
