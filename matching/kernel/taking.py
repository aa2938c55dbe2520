"""Taking: what an aggressor trades with, in which order, and what remains of it."""

from typing import Any

from matching.kernel.arrays import (
    HAS_TERMS,
    ICEBERG,
    LINKED,
    NOWHERE,
    SPECIAL_MAKER,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import close, end, links_after_trade
from matching.kernel.ids import find
from matching.kernel.phases import enter_call, rest_in_call
from matching.kernel.queues import (
    best_rank,
    close_level,
    join_level,
    leave_level,
    price_of,
    rank_of,
    reduce_in_place,
    rest,
)
from matching.kernel.reports import tell, tell_both, write
from matching.kernel.rows import level_at, level_terms_at, order_at, terms_at
from matching.kernel.stops import note_print
from matching.kernel.words import (
    CANCEL_AGGRESSIVE,
    CANCEL_BOTH,
    CANCEL_PASSIVE,
    CANCELED,
    FOK,
    IOC,
    MAKER,
    MARKET,
    NO_LIQUIDITY,
    NO_PRICE,
    NONE,
    NOT_FILLABLE,
    ONE_CANCELS_THE_OTHER,
    PRICE_TICKS_MAX,
    PRO_RATA,
    RESTATED,
    SELF_TRADE,
    STOP,
    TAKER,
    TRADE,
    VOLATILITY_AUCTION,
    VOLATILITY_INTERRUPTION,
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
            rank = level.worse
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
        rank = level.worse
    return found >= wanted


@section
def _stand_aside(b: Any, slot: Any, quantity: Any) -> None:
    """Self-trade prevention by decrement: one of the two orders, by the smaller of their leaves."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots - quantity
    if leaves == 0:
        end(b, slot, CANCELED, SELF_TRADE)
        return
    order.order_qty_lots -= quantity
    reduce_in_place(b, slot, leaves)
    tell(b, slot, RESTATED, SELF_TRADE)


@section
def prevent_self_trade(b: Any, slot: Any, maker_slot: Any) -> None:
    """The aggressor has met an order of its own account, which it does not trade with."""
    mode = terms_at(b, slot).self_trade_prevention
    if mode == CANCEL_AGGRESSIVE:
        end(b, slot, CANCELED, SELF_TRADE)
    elif mode == CANCEL_PASSIVE:
        end(b, maker_slot, CANCELED, SELF_TRADE)
    elif mode == CANCEL_BOTH:
        end(b, maker_slot, CANCELED, SELF_TRADE)
        if order_at(b, slot).leaves_qty_lots > 0:
            end(b, slot, CANCELED, SELF_TRADE)
    else:
        quantity = min(order_at(b, slot).leaves_qty_lots, order_at(b, maker_slot).leaves_qty_lots)
        _stand_aside(b, maker_slot, quantity)
        if order_at(b, slot).leaves_qty_lots > 0:
            _stand_aside(b, slot, quantity)


@section
def fill(b: Any, slot: Any, maker_slot: Any, quantity: Any, price: Any, reloads: Any) -> None:
    """One trade with one maker, with all that may follow from it; the maker keeps its level until it is done.

    Without ``reloads`` an iceberg that has traded all it shows stays in its place, showing nothing.
    """
    order = order_at(b, slot)
    maker = order_at(b, maker_slot)
    ladder = maker.ladder
    rank = maker.rank
    level = level_at(b, ladder, rank)
    maker.leaves_qty_lots -= quantity
    order.leaves_qty_lots -= quantity
    level.qty_lots -= quantity
    if maker.flags & ICEBERG:
        maker.shown_qty_lots -= quantity
        if maker.shown_qty_lots == 0 and maker.leaves_qty_lots > 0 and reloads:
            leave_level(b, maker_slot)
            maker.shown_qty_lots = min(terms_at(b, maker_slot).display_qty_lots, maker.leaves_qty_lots)
            join_level(b, maker_slot, ladder, rank)
    if maker.leaves_qty_lots == 0:
        leave_level(b, maker_slot)
        close(b, maker_slot)
    b.trade_seq += 1
    tell_both(b, maker_slot, slot, price, quantity)
    if order.leaves_qty_lots == 0:
        close(b, slot)
    if maker.flags & LINKED:
        links_after_trade(b, maker_slot)
    if order.flags & LINKED:
        links_after_trade(b, slot)
    note_print(b, price)


@inlined_section
def _trade_plainly(b: Any, slot: Any, contra: Any, rank: Any, price: Any, mode: Any) -> None:
    """Trade with the orders at the front of a level one by one, while they and the aggressor have nothing special."""
    order = order_at(b, slot)
    level = level_at(b, contra, rank)
    side = order.side
    order_id = order.order_id
    account_id = order.account_id
    order_price = order.price_ticks
    order_qty = order.order_qty_lots
    leaves = order.leaves_qty_lots
    hidden = 0
    display = terms_at(b, slot).display_qty_lots if order.flags & ICEBERG else 0
    maker_slot = level.first
    while leaves > 0 and maker_slot != 0:
        maker = order_at(b, maker_slot)
        if maker.flags & SPECIAL_MAKER or (mode != 0 and maker.account_id == account_id):
            break
        last_qty = min(leaves, maker.leaves_qty_lots)
        maker_leaves = maker.leaves_qty_lots - last_qty
        maker.leaves_qty_lots = maker_leaves
        level.qty_lots -= last_qty
        leaves -= last_qty
        trade_seq = b.trade_seq + 1
        b.trade_seq = trade_seq
        write(
            b, TRADE, NONE, maker.side, MAKER, maker.order_id, maker.account_id, price, maker.order_qty_lots,
            maker.order_qty_lots - maker_leaves, maker_leaves, price, last_qty, order_id, trade_seq, 0,
        )  # fmt: skip
        if display != 0:
            hidden = max(0, leaves - display)
        write(
            b, TRADE, NONE, side, TAKER, order_id, account_id, order_price, order_qty,
            order_qty - leaves, leaves, price, last_qty, maker.order_id, trade_seq, hidden,
        )  # fmt: skip
        if maker_leaves == 0:
            later = maker.later
            level.order_count -= 1
            maker.ladder = NOWHERE
            close(b, maker_slot)
            maker_slot = later
        note_print(b, price)
    level.first = maker_slot
    if maker_slot != 0:
        order_at(b, maker_slot).earlier = 0
    else:
        level.last = 0
        close_level(b, contra, rank)
    order.leaves_qty_lots = leaves
    if leaves == 0:
        close(b, slot)


@section
def _prevent_self_trades_of_level(b: Any, slot: Any, contra: Any, rank: Any) -> None:
    """Under pro-rata: deal with the aggressor's own orders at a price before it is shared out."""
    account_id = order_at(b, slot).account_id
    maker_slot = level_at(b, contra, rank).first
    while maker_slot != 0 and order_at(b, slot).leaves_qty_lots > 0:
        later = order_at(b, maker_slot).later
        if order_at(b, maker_slot).account_id == account_id:
            # A partner that goes with it may be the next one.
            is_linked = order_at(b, maker_slot).flags & LINKED
            prevent_self_trade(b, slot, maker_slot)
            later = level_at(b, contra, rank).first if is_linked else later
        maker_slot = later


@section
def _trade_pro_rata(b: Any, slot: Any, contra: Any, rank: Any, price: Any) -> None:
    """One round at a price: each order its share of what the aggressor brings, the rest by time."""
    level = level_at(b, contra, rank)
    shown = level.qty_lots - level_terms_at(b, contra, rank).hidden_qty_lots
    quantity = order_at(b, slot).leaves_qty_lots
    takes_all = quantity >= shown
    rest_of_round = 0
    if not takes_all:
        rest_of_round = quantity
        maker_slot = level.first
        while maker_slot != 0:
            rest_of_round -= quantity * _shows(b, maker_slot) // shown
            maker_slot = order_at(b, maker_slot).later
    maker_slot = level.first
    while maker_slot != 0:
        shows = _shows(b, maker_slot)
        share = shows
        if not takes_all:
            share = quantity * shows // shown
            extra = min(rest_of_round, shows - share)
            rest_of_round -= extra
            share += extra
        terms_at(b, maker_slot).counted_at = share
        maker_slot = order_at(b, maker_slot).later
    maker_slot = level.first
    while maker_slot != 0 and order_at(b, slot).leaves_qty_lots > 0:
        share = terms_at(b, maker_slot).counted_at
        terms_at(b, maker_slot).counted_at = 0
        later = order_at(b, maker_slot).later
        if share > 0:
            is_linked = (order_at(b, maker_slot).flags | order_at(b, slot).flags) & LINKED
            fill(b, slot, maker_slot, share, price, False)
            if is_linked:
                later = _next_with_share(b, contra, rank)
        maker_slot = later
    if level_at(b, contra, rank).order_count != 0:
        _reload_level(b, contra, rank)


@inlined_section
def _shows(b: Any, slot: Any) -> Any:
    order = order_at(b, slot)
    return order.shown_qty_lots if order.flags & ICEBERG else order.leaves_qty_lots


@section
def _next_with_share(b: Any, contra: Any, rank: Any) -> Any:
    """The first order of a level that is still to trade its share."""
    if level_at(b, contra, rank).order_count == 0:
        return 0
    slot = level_at(b, contra, rank).first
    while slot != 0 and terms_at(b, slot).counted_at == 0:
        slot = order_at(b, slot).later
    return slot


@section
def _reload_level(b: Any, contra: Any, rank: Any) -> None:
    """Let the icebergs that have traded all they showed go to the end of the queue, and show anew."""
    last_slot = level_at(b, contra, rank).last
    slot = level_at(b, contra, rank).first
    while slot != 0:
        later = 0 if slot == last_slot else order_at(b, slot).later
        order = order_at(b, slot)
        if order.flags & ICEBERG and order.shown_qty_lots == 0:
            leave_level(b, slot)
            order.shown_qty_lots = min(terms_at(b, slot).display_qty_lots, order.leaves_qty_lots)
            join_level(b, slot, contra, rank)
        slot = later


@section
def _interrupt(b: Any, slot: Any, price: Any) -> None:
    """The next trade would be outside the band: the book goes to a volatility auction, and the aggressor with it."""
    enter_call(b, VOLATILITY_AUCTION, price)
    if order_at(b, slot).time_in_force in (IOC, FOK):
        end(b, slot, CANCELED, VOLATILITY_INTERRUPTION)
    else:
        rest_in_call(b, slot)


@section
def take(b: Any, slot: Any) -> None:
    """Let an order that stands nowhere trade as the aggressor, and deal with what remains of it."""
    order = order_at(b, slot)
    contra = 2 - order.side
    reach = reach_of(b, order.side, order.price_ticks)
    mode = 0
    if order.flags & HAS_TERMS:
        mode = terms_at(b, slot).self_trade_prevention
    if order.time_in_force == FOK and not can_trade_at_once(b, slot, order.leaves_qty_lots):
        end(b, slot, CANCELED, NOT_FILLABLE)
        return
    low, high = 1, PRICE_TICKS_MAX
    if b.static_band_bps + b.dynamic_band_bps > 0:
        low, high = band(b)
    while order.leaves_qty_lots > 0 and b.torn == 0:
        rank = best_rank(b, contra)
        if rank == 0 or rank > reach:
            break
        price = price_of(b, contra, rank)
        if price < low or price > high:
            _interrupt(b, slot, price)
            return
        maker_slot = level_at(b, contra, rank).first
        maker = order_at(b, maker_slot)
        if b.allocation == PRO_RATA:
            if mode != 0:
                _prevent_self_trades_of_level(b, slot, contra, rank)
            if order.leaves_qty_lots > 0 and level_at(b, contra, rank).order_count > 0:
                _trade_pro_rata(b, slot, contra, rank, price)
        elif mode != 0 and maker.account_id == order.account_id:
            prevent_self_trade(b, slot, maker_slot)
        elif maker.flags & SPECIAL_MAKER or order.flags & LINKED:
            fill(b, slot, maker_slot, min(order.leaves_qty_lots, _shows(b, maker_slot)), price, True)
        else:
            _trade_plainly(b, slot, contra, rank, price, mode)
    if order.leaves_qty_lots > 0:
        if order.ord_type == MARKET or order.ord_type == STOP or order.time_in_force in (IOC, FOK):
            end(b, slot, CANCELED, NO_LIQUIDITY)
        else:
            rest(b, slot)
