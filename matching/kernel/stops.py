"""Stops: what a print reaches, and stop prices that trail the market."""

from typing import Any

from matching.kernel.arrays import BUY_STOPS, HAS_TRIGGERED, NOWHERE, SELL_STOPS, TRAILING_STOPS
from matching.kernel.compiling import inlined_section, section
from matching.kernel.queues import best_rank, in_range, join_acting, leave_chain, leave_level, price_of, wait_for_stop
from matching.kernel.rows import chain_at, level_at, order_at, terms_at
from matching.kernel.words import BASIS_POINTS, BUY


@section
def trailing_stop_px(b: Any, slot: Any, last_px: Any) -> Any:
    """The stop price at a trailing stop's offset from a price."""
    terms = terms_at(b, slot)
    offset = terms.peg_offset
    if terms.peg_offset_type == BASIS_POINTS:
        offset = max(1, last_px * offset // 10_000)
    return last_px + offset if order_at(b, slot).side == BUY else last_px - offset


@section
def _trail(b: Any, last_px: Any) -> None:
    slot = chain_at(b, TRAILING_STOPS).first
    while slot != 0:
        order = order_at(b, slot)
        terms = terms_at(b, slot)
        later = terms.chain_later
        stop_px = trailing_stop_px(b, slot, last_px)
        nearer = stop_px < terms.stop_px_ticks if order.side == BUY else stop_px > terms.stop_px_ticks
        if order.ladder != NOWHERE and nearer and in_range(b, stop_px):
            leave_level(b, slot)
            terms.stop_px_ticks = stop_px
            wait_for_stop(b, slot)
        slot = later


@inlined_section
def is_reached(b: Any, side: Any, stop_px: Any) -> Any:
    """Whether the last price has reached a stop price."""
    last_px = b.last_px_ticks
    if last_px == 0:
        return False
    return last_px >= stop_px if side == BUY else last_px <= stop_px


@section
def _trigger(b: Any, ladder: Any, last_px: Any) -> None:
    while b.torn == 0:
        rank = best_rank(b, ladder)
        if rank == 0:
            return
        stop_px = price_of(b, ladder, rank)
        if last_px < stop_px if ladder == BUY_STOPS else last_px > stop_px:
            return
        slot = level_at(b, ladder, rank).first
        leave_level(b, slot)
        join_acting(b, slot)


@section
def look_at_stops(b: Any) -> None:
    """Let stop prices trail the last price, then let the stops that it reaches join the acting queue."""
    last_px = b.last_px_ticks
    if last_px == 0:
        return
    if chain_at(b, TRAILING_STOPS).count != 0:
        _trail(b, last_px)
    _trigger(b, BUY_STOPS, last_px)
    _trigger(b, SELL_STOPS, last_px)


@inlined_section
def note_print(b: Any, price: Any) -> None:
    """A trade has printed: it is the last price, and stops look at it when it is a new one."""
    if price != b.last_px_ticks:
        b.last_px_ticks = price
        if b.stops != 0:
            look_at_stops(b)


@section
def any_stop_is_reached(b: Any) -> Any:
    """Whether a waiting stop would be triggered if the stops looked now."""
    last_px = b.last_px_ticks
    if last_px == 0:
        return False
    lowest, highest = best_rank(b, BUY_STOPS), best_rank(b, SELL_STOPS)
    if lowest != 0 and last_px >= price_of(b, BUY_STOPS, lowest):
        return True
    return highest != 0 and last_px <= price_of(b, SELL_STOPS, highest)


@section
def mark_triggered(b: Any, slot: Any) -> None:
    """From now on the order is what it becomes when it is triggered."""
    order_at(b, slot).flags |= HAS_TRIGGERED
    b.stops -= 1
    leave_chain(b, slot)
