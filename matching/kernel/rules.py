"""Commands that change the book's phase or its rules."""

from typing import Any

import numpy as np

from matching.kernel.admission import waits_for_stop
from matching.kernel.arrays import AT_NO_PRICE, BIDS, LADDERS, OFFERS, PEG
from matching.kernel.auction import find_uncross, uncross_at
from matching.kernel.compiling import section
from matching.kernel.pegs import put_pegs_aside
from matching.kernel.phases import end_call_orders, end_close_orders, enter_call
from matching.kernel.queues import best_rank, in_range, join_level, next_worse, price_of, rank_of
from matching.kernel.reports import tell_book, tell_rejected
from matching.kernel.rows import ladder_at, level_at, level_terms_at, occupied_at, occupied_words_at, order_at, terms_at
from matching.kernel.stops import look_at_stops
from matching.kernel.words import (
    BAND_BPS_MAX,
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    HALTED,
    INVALID_COMMAND,
    INVALID_TERMS,
    NO_PRICE,
    OPEN_ORDERS,
    PHASE_CHANGED,
    PRICE_OUT_OF_RANGE,
    PRICE_TICKS_MAX,
    PRO_RATA,
    REJECTED,
    RULES_CHANGED,
)

NO_BITS = np.uint64(0)


@section
def halt(b: Any) -> None:
    """Halt: nothing but the phase changes, so that a halt can be journaled without the book."""
    b.phase = HALTED
    tell_book(b, PHASE_CHANGED, NO_PRICE, 0)


@section
def may_uncross(b: Any) -> Any:
    """Whether orders of the two sides could trade with each other."""
    bid, offer = best_rank(b, BIDS), best_rank(b, OFFERS)
    if bid == 0 or offer == 0:
        return False
    if bid == AT_NO_PRICE or offer == AT_NO_PRICE:
        return True
    return price_of(b, BIDS, bid) >= price_of(b, OFFERS, offer)


@section
def _uncross(b: Any) -> None:
    """Say that the phase has changed and at which price the book trades, and let it trade."""
    price, quantity = NO_PRICE, 0
    if may_uncross(b):
        price = find_uncross(b)
        quantity = b.uncross_qty_lots
    tell_book(b, PHASE_CHANGED, price, quantity)
    if price != NO_PRICE:
        uncross_at(b, price)
        b.last_px_ticks = price
        b.reference_ticks = price


@section
def _enter_trading_or_close(b: Any, phase: Any) -> None:
    b.phase = phase
    _uncross(b)
    if b.call_orders != 0:
        end_call_orders(b)
    if phase == CONTINUOUS:
        if b.stops != 0:
            look_at_stops(b)
        return
    end_close_orders(b)
    put_pegs_aside(b)


@section
def change_phase(b: Any, command: Any, phase: Any) -> None:
    """Enter a phase with all that entering it does."""
    if not CLOSED <= phase <= CLOSING_AUCTION or phase == HALTED:
        tell_rejected(b, command, REJECTED, INVALID_COMMAND)
    elif phase == CONTINUOUS or phase == CLOSED:
        _enter_trading_or_close(b, phase)
    else:
        enter_call(b, phase, NO_PRICE)


@section
def set_reference(b: Any, command: Any) -> None:
    """Set the reference price."""
    if in_range(b, command.price_ticks):
        b.reference_ticks = command.price_ticks
        tell_book(b, RULES_CHANGED, command.price_ticks, 0)
    else:
        tell_rejected(b, command, REJECTED, PRICE_OUT_OF_RANGE)


@section
def set_last(b: Any, command: Any) -> None:
    """Set the last price of a book without orders, where units have become others: nothing is triggered by it."""
    if not in_range(b, command.price_ticks):
        tell_rejected(b, command, REJECTED, PRICE_OUT_OF_RANGE)
    elif b.open_orders != 0:
        tell_rejected(b, command, REJECTED, OPEN_ORDERS)
    else:
        b.last_px_ticks = command.price_ticks
        tell_book(b, RULES_CHANGED, command.price_ticks, 0)


@section
def set_bands(b: Any, command: Any) -> None:
    """Set the widths of the price bands."""
    if 0 <= command.static_band_bps <= BAND_BPS_MAX and 0 <= command.dynamic_band_bps <= BAND_BPS_MAX:
        b.static_band_bps = command.static_band_bps
        b.dynamic_band_bps = command.dynamic_band_bps
        tell_book(b, RULES_CHANGED, NO_PRICE, 0)
    else:
        tell_rejected(b, command, REJECTED, INVALID_TERMS)


@section
def set_allocation(b: Any, command: Any) -> None:
    """Set how equals at one price share."""
    if 0 <= command.allocation <= PRO_RATA:
        b.allocation = command.allocation
        tell_book(b, RULES_CHANGED, NO_PRICE, 0)
    else:
        tell_rejected(b, command, REJECTED, INVALID_TERMS)


@section
def _fits(price: Any, base_ticks: Any, levels: Any) -> Any:
    return price == NO_PRICE or base_ticks <= price < base_ticks + levels


@section
def _all_orders_fit(b: Any, base_ticks: Any) -> Any:
    """Whether every price of every open order is one that a book from ``base_ticks`` on would cover."""
    for slot in range(1, b.slots_used + 1):
        order = order_at(b, slot)
        if order.leaves_qty_lots == 0:
            continue
        if not _fits(order.price_ticks, base_ticks, b.levels):
            return False
        if order.flags == 0:
            continue
        terms = terms_at(b, slot)
        if waits_for_stop(b, slot) and not _fits(terms.stop_px_ticks, base_ticks, b.levels):
            return False
        if order.flags & PEG and not _fits(terms.limit_price_ticks, base_ticks, b.levels):
            return False
    return True


@section
def _empty_ladder(b: Any, ladder: Any) -> Any:
    """Take all orders off a ladder and list their slots as ranked; how many they are."""
    count = 0
    while best_rank(b, ladder) != 0:
        rank = best_rank(b, ladder)
        level = level_at(b, ladder, rank)
        slot = level.first
        while slot != 0:
            terms_at(b, count).listed_slot = slot
            count += 1
            slot = order_at(b, slot).later
        ladder_at(b, ladder).best = next_worse(b, ladder, rank)
        level.first = 0
        level.last = 0
        level.order_count = 0
        level.qty_lots = 0
        if ladder <= OFFERS:
            level_terms_at(b, ladder, rank).hidden_qty_lots = 0
            level_terms_at(b, ladder, rank).pegged_count = 0
    for word in range(b.words):
        occupied_at(b, ladder, word).bits = NO_BITS
    for group in range(b.groups):
        occupied_words_at(b, ladder, group).bits = NO_BITS
    return count


@section
def rebase(b: Any, command: Any) -> None:
    """Let the book cover other prices, as many as before."""
    base_ticks = command.price_ticks
    if not 1 <= base_ticks <= PRICE_TICKS_MAX - b.levels + 1 or not _all_orders_fit(b, base_ticks):
        tell_rejected(b, command, REJECTED, PRICE_OUT_OF_RANGE)
        return
    old_base = b.base_ticks
    for ladder in range(LADDERS):
        b.base_ticks = old_base
        count = _empty_ladder(b, ladder)
        b.base_ticks = base_ticks
        for number in range(count):
            slot = terms_at(b, number).listed_slot
            price = order_at(b, slot).price_ticks if ladder <= OFFERS else terms_at(b, slot).stop_px_ticks
            join_level(b, slot, ladder, rank_of(b, ladder, price))
    tell_book(b, RULES_CHANGED, base_ticks, 0)
