"""Where orders stand: levels of ladders, the acting queue, and the chains that keep entry order."""

from typing import Any

import numpy as np

from matching.kernel.arrays import (
    ACTIVATED,
    AT_NO_PRICE,
    BEST_RANK,
    HAS_TERMS,
    ICEBERG,
    NO_CHAIN,
    NOWHERE,
    OFFERS,
    PEG,
    QUEUED,
    SELL_STOPS,
)
from matching.kernel.compiling import highest_bit, inlined_section, lowest_bit, section
from matching.kernel.rows import (
    chain_at,
    fixed_levels,
    ladder_at,
    level_at,
    level_terms_at,
    occupied_at,
    occupied_words_at,
    order_at,
    terms_at,
)
from matching.kernel.words import BUY, NO_PRICE

ONE = np.uint64(1)


@inlined_section
def _along(b: Any, ladder: Any, distance: Any) -> Any:
    """A distance from the lowest price as one from a ladder's best price, and the other way round.

    Bids and sell stops, the even ladders, begin at the highest price. Half of all orders are on either side, which
    cannot be foreseen, so that nothing branches: for even ladders the mask has every bit set, and negates.
    """
    mask = (ladder & 1) - 1
    return ((distance ^ mask) - mask) + ((fixed_levels(b) - 1) & mask)


@inlined_section
def rank_of(b: Any, ladder: Any, price: Any) -> Any:
    """The rank of a price on a ladder; bids and the stops below the market are ranked from the top."""
    if price == NO_PRICE:
        return AT_NO_PRICE
    return _along(b, ladder, price - b.base_ticks) + BEST_RANK


@inlined_section
def price_of(b: Any, ladder: Any, rank: Any) -> Any:
    """The price of a rank."""
    if rank == AT_NO_PRICE:
        return NO_PRICE
    return b.base_ticks + _along(b, ladder, rank - BEST_RANK)


@inlined_section
def in_range(b: Any, price: Any) -> Any:
    """Whether the book covers a price."""
    return b.base_ticks <= price < b.base_ticks + fixed_levels(b)


@inlined_section
def best_rank(b: Any, ladder: Any) -> Any:
    """The best occupied rank of a ladder, 0 when it is empty."""
    return ladder_at(b, ladder).best


@inlined_section
def next_worse(b: Any, ladder: Any, rank: Any) -> Any:
    """The best occupied rank that is worse than a rank, 0 when there is none."""
    word = rank >> 6
    bits = (occupied_at(b, ladder, word).bits >> np.uint64(rank & 63)) >> ONE
    if bits != 0:
        return rank + 1 + lowest_bit(bits)
    return _first_of_words_after(b, ladder, word)


@section
def _first_of_words_after(b: Any, ladder: Any, word: Any) -> Any:
    group = word >> 6
    bits = (occupied_words_at(b, ladder, group).bits >> np.uint64(word & 63)) >> ONE
    if bits != 0:
        found = word + 1 + lowest_bit(bits)
        return (found << 6) + lowest_bit(occupied_at(b, ladder, found).bits)
    for group_after in range(group + 1, b.groups):
        bits = occupied_words_at(b, ladder, group_after).bits
        if bits != 0:
            found = (group_after << 6) + lowest_bit(bits)
            return (found << 6) + lowest_bit(occupied_at(b, ladder, found).bits)
    return 0


@section
def next_better(b: Any, ladder: Any, rank: Any) -> Any:
    """The worst occupied rank that is better than a rank, 0 when there is none."""
    best = best_rank(b, ladder)
    if best == 0 or best >= rank:
        return 0
    word = rank >> 6
    bits = occupied_at(b, ladder, word).bits & ((ONE << np.uint64(rank & 63)) - ONE)
    if bits != 0:
        return (word << 6) + highest_bit(bits)
    group = word >> 6
    bits = occupied_words_at(b, ladder, group).bits & ((ONE << np.uint64(word & 63)) - ONE)
    while bits == 0 and group > 0:
        group -= 1
        bits = occupied_words_at(b, ladder, group).bits
    found = (group << 6) + highest_bit(bits)
    return (found << 6) + highest_bit(occupied_at(b, ladder, found).bits)


@section
def worst_rank(b: Any, ladder: Any) -> Any:
    """The worst occupied rank of a ladder, 0 when it is empty."""
    last = b.ranks - 1
    return last if level_at(b, ladder, last).order_count != 0 else next_better(b, ladder, last)


@inlined_section
def open_level(b: Any, ladder: Any, rank: Any) -> None:
    """Mark an empty level as occupied."""
    word = rank >> 6
    occupied_at(b, ladder, word).bits |= ONE << np.uint64(rank & 63)
    occupied_words_at(b, ladder, word >> 6).bits |= ONE << np.uint64(word & 63)
    best = best_rank(b, ladder)
    if best == 0 or rank < best:
        ladder_at(b, ladder).best = rank


@inlined_section
def close_level(b: Any, ladder: Any, rank: Any) -> None:
    """Mark a level without orders as not occupied."""
    word = rank >> 6
    bits = occupied_at(b, ladder, word).bits & ~(ONE << np.uint64(rank & 63))
    occupied_at(b, ladder, word).bits = bits
    if bits == 0:
        occupied_words_at(b, ladder, word >> 6).bits &= ~(ONE << np.uint64(word & 63))
    if rank == best_rank(b, ladder):
        ladder_at(b, ladder).best = next_worse(b, ladder, rank)


@inlined_section
def queue_up(b: Any, slot: Any, ladder: Any, rank: Any, leaves: Any) -> None:
    """Put an order at the end of a level's queue, which is all for one without terms."""
    order = order_at(b, slot)
    level = level_at(b, ladder, rank)
    if level.order_count == 0:
        open_level(b, ladder, rank)
    # Which end of a queue is meant cannot be foreseen, so that nothing branches: slot 0 takes what is for nobody.
    first, last = level.first, level.last
    order_at(b, last).later = slot
    level.first = slot if last == 0 else first
    level.last = slot
    order.earlier = last
    order.later = 0
    order.rank = rank
    order.ladder = ladder
    level.order_count += 1
    level.qty_lots += leaves


@inlined_section
def join_level(b: Any, slot: Any, ladder: Any, rank: Any) -> None:
    """Put an order at the end of a level's queue."""
    order = order_at(b, slot)
    queue_up(b, slot, ladder, rank, order.leaves_qty_lots)
    if order.flags & (ICEBERG | PEG) and ladder <= OFFERS:
        terms = level_terms_at(b, ladder, rank)
        if order.flags & ICEBERG:
            terms.hidden_qty_lots += order.leaves_qty_lots - order.shown_qty_lots
        if order.flags & PEG:
            terms.pegged_count += 1


@inlined_section
def leave_level(b: Any, slot: Any) -> None:
    """Take an order out of its level's queue, wherever in it."""
    order = order_at(b, slot)
    ladder = order.ladder
    rank = order.rank
    level = level_at(b, ladder, rank)
    later = order.later
    earlier = order.earlier
    first, last = level.first, level.last
    order_at(b, earlier).later = later
    order_at(b, later).earlier = earlier
    level.first = later if earlier == 0 else first
    level.last = earlier if later == 0 else last
    level.order_count -= 1
    level.qty_lots -= order.leaves_qty_lots
    if order.flags & (ICEBERG | PEG) and ladder <= OFFERS:
        terms = level_terms_at(b, ladder, rank)
        if order.flags & ICEBERG:
            terms.hidden_qty_lots -= order.leaves_qty_lots - order.shown_qty_lots
        if order.flags & PEG:
            terms.pegged_count -= 1
    order.ladder = NOWHERE
    if level.order_count == 0:
        close_level(b, ladder, rank)


@section
def reduce_in_place(b: Any, slot: Any, leaves: Any) -> None:
    """Give an order smaller leaves where it stands; an iceberg shows no more than it has left."""
    order = order_at(b, slot)
    taken = order.leaves_qty_lots - leaves
    order.leaves_qty_lots = leaves
    if order.ladder == NOWHERE:
        return
    level_at(b, order.ladder, order.rank).qty_lots -= taken
    if order.flags & ICEBERG and order.ladder <= OFFERS:
        hidden_before = leaves + taken - order.shown_qty_lots
        order.shown_qty_lots = min(order.shown_qty_lots, leaves)
        level_terms_at(b, order.ladder, order.rank).hidden_qty_lots += leaves - order.shown_qty_lots - hidden_before


@inlined_section
def own_ladder(side: Any) -> Any:
    """The ladder of the book that a side's orders stand on."""
    return side - 1


@section
def give_terms(b: Any, slot: Any) -> None:
    """Make an order one whose row of terms counts: empty, unless it counted already."""
    if order_at(b, slot).flags != 0:
        return
    order_at(b, slot).flags = HAS_TERMS
    terms = terms_at(b, slot)
    terms.stop_px_ticks = 0
    terms.peg_offset = 0
    terms.limit_price_ticks = 0
    terms.display_qty_lots = 0
    terms.min_qty_lots = 0
    terms.expire_time_ns = 0
    terms.entered_seq = 0
    terms.linked_order_id = 0
    terms.second_linked_order_id = 0
    terms.counted_at = 0
    terms.exec_inst = 0
    terms.self_trade_prevention = 0
    terms.peg_price_type = 0
    terms.peg_offset_type = 0
    terms.contingency_type = 0
    terms.chain_later = 0
    terms.chain_earlier = 0
    terms.chain = NO_CHAIN


@inlined_section
def rest(b: Any, slot: Any) -> None:
    """Let an order rest in the book, at the end of the queue at its price."""
    order = order_at(b, slot)
    if order.flags & ICEBERG:
        order.shown_qty_lots = min(terms_at(b, slot).display_qty_lots, order.leaves_qty_lots)
    ladder = own_ladder(order.side)
    join_level(b, slot, ladder, rank_of(b, ladder, order.price_ticks))


@section
def wait_for_stop(b: Any, slot: Any) -> None:
    """Let a stop order wait, at the end of the queue at its stop price."""
    ladder = SELL_STOPS + (order_at(b, slot).side == BUY)
    join_level(b, slot, ladder, rank_of(b, ladder, terms_at(b, slot).stop_px_ticks))


@section
def join_acting(b: Any, slot: Any) -> None:
    """Put an order that stands nowhere at the end of the acting queue."""
    order = order_at(b, slot)
    order.flags |= QUEUED
    order.later = 0
    order.earlier = b.acting_last
    if b.acting_last == 0:
        b.acting_first = slot
    else:
        order_at(b, b.acting_last).later = slot
    b.acting_last = slot


@section
def leave_acting(b: Any, slot: Any) -> None:
    """Take an order out of the acting queue, wherever in it."""
    order = order_at(b, slot)
    order.flags &= ~QUEUED
    if order.earlier == 0:
        b.acting_first = order.later
    else:
        order_at(b, order.earlier).later = order.later
    if order.later == 0:
        b.acting_last = order.earlier
    else:
        order_at(b, order.later).earlier = order.earlier


@section
def join_chain(b: Any, slot: Any, chain: Any) -> None:
    """Put an order into the chain of those that are looked through in entry order; nearly always at its end."""
    ends = chain_at(b, chain)
    terms = terms_at(b, slot)
    earlier = ends.last
    while earlier != 0 and terms_at(b, earlier).entered_seq > terms.entered_seq:
        earlier = terms_at(b, earlier).chain_earlier
    later = terms_at(b, earlier).chain_later if earlier != 0 else ends.first
    terms.chain = chain
    terms.chain_earlier = earlier
    terms.chain_later = later
    if earlier == 0:
        ends.first = slot
    else:
        terms_at(b, earlier).chain_later = slot
    if later == 0:
        ends.last = slot
    else:
        terms_at(b, later).chain_earlier = slot
    ends.count += 1


@section
def leave_chain(b: Any, slot: Any) -> None:
    """Take an order out of the chain it is in, if it is in one."""
    terms = terms_at(b, slot)
    if terms.chain == NO_CHAIN:
        return
    ends = chain_at(b, terms.chain)
    if terms.chain_earlier == 0:
        ends.first = terms.chain_later
    else:
        terms_at(b, terms.chain_earlier).chain_later = terms.chain_later
    if terms.chain_later == 0:
        ends.last = terms.chain_earlier
    else:
        terms_at(b, terms.chain_later).chain_earlier = terms.chain_earlier
    ends.count -= 1
    terms.chain = NO_CHAIN


@section
def leave_place(b: Any, slot: Any) -> None:
    """Take an order out of wherever it stands or waits."""
    order = order_at(b, slot)
    if order.ladder != NOWHERE:
        leave_level(b, slot)
    elif order.flags & QUEUED:
        leave_acting(b, slot)
    order.flags &= ~ACTIVATED
