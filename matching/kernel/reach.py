"""How far an order reaches: what it could trade with, before it trades anything."""

from typing import Any

from matching.kernel.arrays import (
    HAS_TERMS,
    ICEBERG,
    LINKED,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.ids import find
from matching.kernel.queues import (
    best_rank,
    next_worse,
    price_of,
    rank_of,
)
from matching.kernel.rows import level_at, order_at, terms_at
from matching.kernel.words import (
    CANCEL_PASSIVE,
    NO_PRICE,
    ONE_CANCELS_THE_OTHER,
    PRICE_TICKS_MAX,
    PRO_RATA,
)


@inlined_section
def reach_of(b: Any, side: Any, price: Any) -> Any:
    """The worst rank opposite that an order with this price may trade with."""
    if price == NO_PRICE:
        return b.levels + 1
    return rank_of(b, 2 - side, price)


@inlined_section
def could_trade(b: Any, side: Any, price: Any) -> Any:
    """Whether there is an order opposite within this price."""
    rank = best_rank(b, 2 - side)
    return rank != 0 and rank <= reach_of(b, side, price)


@inlined_section
def band(b: Any) -> Any:
    """The lowest and the highest price at which an aggressor that begins now may trade."""
    low, high = 1, PRICE_TICKS_MAX
    width = b.reference_ticks * b.static_band_bps // 10_000
    if width > 0:
        low, high = max(low, b.reference_ticks - width), min(high, b.reference_ticks + width)
    middle = b.last_px_ticks if b.last_px_ticks > 0 else b.reference_ticks
    width = middle * b.dynamic_band_bps // 10_000
    if width > 0:
        low, high = max(low, middle - width), min(high, middle + width)
    return low, high


@section
def _partner_is_counted(b: Any, slot: Any) -> Any:
    """Whether the order that a trade of this one would cancel, or the other way round, has been counted already."""
    if not order_at(b, slot).flags & LINKED or terms_at(b, slot).contingency_type != ONE_CANCELS_THE_OTHER:
        return False
    partner = find(b, terms_at(b, slot).linked_order_id)
    return terms_at(b, partner).counted_at == b.event_seq + 1


@section
def can_trade_at_once(b: Any, slot: Any, wanted: Any) -> Any:
    """Whether an aggressor finds a quantity within its price and the bands, before it trades anything."""
    order = order_at(b, slot)
    contra = 2 - order.side
    reach = reach_of(b, order.side, order.price_ticks)
    mode = terms_at(b, slot).self_trade_prevention if order.flags & HAS_TERMS else 0
    low, high = band(b)
    mark = b.event_seq + 1
    found = 0
    rank = best_rank(b, contra)
    while rank != 0 and rank <= reach and found < wanted:
        price = price_of(b, contra, rank)
        if price < low or price > high:
            return False
        level = level_at(b, contra, rank)
        if mode == 0 and b.linked == 0:
            found += level.qty_lots
            rank = next_worse(b, contra, rank)
            continue
        meets_itself = False
        counted = 0
        shown = 0
        maker_slot = level.first
        while maker_slot != 0 and not meets_itself:
            maker = order_at(b, maker_slot)
            if mode != 0 and maker.account_id == order.account_id:
                meets_itself = mode != CANCEL_PASSIVE
            elif not _partner_is_counted(b, maker_slot):
                counted += maker.leaves_qty_lots
                shown += maker.shown_qty_lots if maker.flags & ICEBERG else maker.leaves_qty_lots
                if maker.flags & LINKED:
                    terms_at(b, maker_slot).counted_at = mark
            maker_slot = maker.later
        if meets_itself:
            return b.allocation != PRO_RATA and found + shown >= wanted
        found += counted
        rank = next_worse(b, contra, rank)
    return found >= wanted
