"""Entering the phases in which orders gather, and resting in them."""

from typing import Any

from matching.kernel.arrays import CALL_ONLY, CLOSE_ORDERS, LINKED
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import end
from matching.kernel.pegs import put_pegs_aside
from matching.kernel.queues import best_rank, give_terms, leave_chain, next_worse, rest
from matching.kernel.reports import tell, tell_book
from matching.kernel.rows import chain_at, level_at, order_at
from matching.kernel.words import (
    AT_THE_CLOSE,
    AT_THE_OPEN,
    AUCTION_OVER,
    CANCELED,
    CLOSING_AUCTION,
    CONTINUOUS,
    EXPIRED,
    HALTED,
    MARKET,
    NONE,
    PHASE_CHANGED,
    PRE_OPEN,
    STOP,
    TRIGGERED,
)


@inlined_section
def collects(phase: Any) -> Any:
    """Whether orders gather in this phase without trading."""
    return phase >= PRE_OPEN and phase != CONTINUOUS and phase != HALTED


@section
def rest_in_call(b: Any, slot: Any) -> None:
    """Let an order that stands nowhere rest where nothing trades. Some do so for one uncross only."""
    order = order_at(b, slot)
    if order.flags & CALL_ONLY:
        rest(b, slot)
        return
    if order.ord_type in (MARKET, STOP) or order.time_in_force in (AT_THE_OPEN, AT_THE_CLOSE):
        give_terms(b, slot)
        order.flags |= CALL_ONLY
        b.call_orders += 1
    rest(b, slot)


@section
def enter_call(b: Any, phase: Any, price: Any) -> None:
    """Enter a phase in which nothing trades."""
    b.phase = phase
    tell_book(b, PHASE_CHANGED, price, 0)
    if phase == CLOSING_AUCTION:
        let_close_orders_in(b)
    put_pegs_aside(b)


@section
def let_close_orders_in(b: Any) -> None:
    """The orders for the close enter the book, in entry order."""
    while chain_at(b, CLOSE_ORDERS).first != 0 and b.torn == 0:
        slot = chain_at(b, CLOSE_ORDERS).first
        leave_chain(b, slot)
        rest_in_call(b, slot)
        tell(b, slot, TRIGGERED, NONE)


@section
def _first_call_order(b: Any, ladder: Any) -> Any:
    """The slot of the first order of a side that is in the book for one uncross only, 0 when there is none."""
    rank = best_rank(b, ladder)
    while rank != 0:
        slot = level_at(b, ladder, rank).first
        while slot != 0:
            if order_at(b, slot).flags & CALL_ONLY:
                return slot
            slot = order_at(b, slot).later
        rank = next_worse(b, ladder, rank)
    return 0


@section
def _end_call_order(b: Any, slot: Any) -> None:
    if order_at(b, slot).ord_type in (MARKET, STOP):
        end(b, slot, CANCELED, AUCTION_OVER)
    else:
        end(b, slot, EXPIRED, AUCTION_OVER)


@section
def end_call_orders(b: Any) -> None:
    """What was in the book for one uncross only ends with it: bids, then offers, as ranked."""
    for ladder in range(2):
        slot = _first_call_order(b, ladder)
        while slot != 0 and b.call_orders != 0 and b.torn == 0:
            later = order_at(b, slot).later
            is_alone = not order_at(b, slot).flags & LINKED
            _end_call_order(b, slot)
            # The queue goes on behind it; at its end, or when a partner went with it, look from the front again.
            if later != 0 and is_alone and order_at(b, later).flags & CALL_ONLY:
                slot = later
            else:
                slot = _first_call_order(b, ladder)


@section
def end_close_orders(b: Any) -> None:
    """The market has closed without the orders for the close: they end, in entry order."""
    while chain_at(b, CLOSE_ORDERS).first != 0 and b.torn == 0:
        end(b, chain_at(b, CLOSE_ORDERS).first, EXPIRED, AUCTION_OVER)
