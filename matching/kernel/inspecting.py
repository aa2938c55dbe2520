"""Looking at a book, and making one out of the orders that a snapshot lists."""

from typing import Any

from matching.kernel.arrays import (
    AT_NO_PRICE,
    CALL_ONLY,
    CLOSE_ORDERS,
    FOR_THE_CLOSE,
    HAS_TRIGGERED,
    HELD,
    HELD_ORDERS,
    ICEBERG,
    LINKED,
    NOWHERE,
    PEG,
    PEGS,
    SELL_STOPS,
    TRAILING,
    TRAILING_STOPS,
)
from matching.kernel.auction import find_uncross
from matching.kernel.compiling import entrance, section
from matching.kernel.ids import enter
from matching.kernel.listing import list_slots
from matching.kernel.pegs import pegs_would_move
from matching.kernel.queues import (
    best_rank,
    give_terms,
    join_chain,
    join_level,
    next_worse,
    price_of,
    rank_of,
    wait_for_stop,
)
from matching.kernel.rows import book_row, chain_at, level_at, level_terms_at, listed_row, order_at, terms_at
from matching.kernel.rules import may_uncross
from matching.kernel.stops import any_stop_is_reached
from matching.kernel.words import (
    AT_THE_CLOSE,
    AT_THE_OPEN,
    MARKET,
    ONE_TRIGGERS_THE_OTHER,
    PEGGED,
    STOP,
    STOP_LIMIT,
    TRAILING_STOP,
)

PLACES = IN_BOOK, IN_STOPS, ASIDE = 1, 2, 3


@entrance
def list_orders(address: Any, listed_at: Any) -> None:
    """Copy all open orders in the order of a snapshot to RESTING_ORDER records that are all zeros."""
    b = book_row(address, 0)
    for number in range(list_slots(b)):
        slot = terms_at(b, number).listed_slot
        order = order_at(b, slot)
        out = listed_row(listed_at, number)
        out.order_id = order.order_id
        out.account_id = order.account_id
        out.price_ticks = order.price_ticks
        out.order_qty_lots = order.order_qty_lots
        out.leaves_qty_lots = order.leaves_qty_lots
        out.side = order.side
        out.ord_type = order.ord_type
        out.time_in_force = order.time_in_force
        out.place = ASIDE if order.ladder == NOWHERE else IN_STOPS if order.ladder >= SELL_STOPS else IN_BOOK
        if order.flags != 0:
            _list_terms(b, slot, out)


@section
def _list_terms(b: Any, slot: Any, listed: Any) -> None:
    terms = terms_at(b, slot)
    listed.exec_inst = terms.exec_inst
    listed.self_trade_prevention = terms.self_trade_prevention
    listed.peg_price_type = terms.peg_price_type
    listed.peg_offset_type = terms.peg_offset_type
    listed.peg_offset = terms.peg_offset
    listed.stop_px_ticks = terms.stop_px_ticks
    listed.limit_price_ticks = terms.limit_price_ticks
    listed.display_qty_lots = terms.display_qty_lots
    if order_at(b, slot).flags & ICEBERG and listed.place == IN_BOOK:
        listed.shown_qty_lots = order_at(b, slot).shown_qty_lots
    listed.min_qty_lots = terms.min_qty_lots
    listed.expire_time_ns = terms.expire_time_ns
    listed.entered_seq = terms.entered_seq
    listed.contingency_type = terms.contingency_type
    listed.linked_order_id = terms.linked_order_id
    listed.second_linked_order_id = terms.second_linked_order_id


@section
def _is_plain_row(listed: Any) -> Any:
    return (
        listed.ord_type <= 2
        and listed.exec_inst == 0
        and listed.self_trade_prevention == 0
        and listed.display_qty_lots == 0
        and listed.min_qty_lots == 0
        and listed.expire_time_ns == 0
        and listed.entered_seq == 0
        and listed.linked_order_id == 0
        and listed.ord_type != MARKET
        and listed.time_in_force != AT_THE_OPEN
    )


@section
def _enter_terms(b: Any, listed: Any, slot: Any) -> None:
    """Give a listed order its terms, and all the marks and counts that follow from them."""
    order = order_at(b, slot)
    give_terms(b, slot)
    terms = terms_at(b, slot)
    terms.exec_inst = listed.exec_inst
    terms.self_trade_prevention = listed.self_trade_prevention
    terms.peg_price_type = listed.peg_price_type
    terms.peg_offset_type = listed.peg_offset_type
    terms.peg_offset = listed.peg_offset
    terms.stop_px_ticks = listed.stop_px_ticks
    terms.limit_price_ticks = listed.limit_price_ticks
    terms.display_qty_lots = listed.display_qty_lots
    terms.min_qty_lots = listed.min_qty_lots
    terms.expire_time_ns = listed.expire_time_ns
    terms.entered_seq = listed.entered_seq
    terms.contingency_type = listed.contingency_type
    terms.linked_order_id = listed.linked_order_id
    terms.second_linked_order_id = listed.second_linked_order_id
    if listed.display_qty_lots > 0:
        order.flags |= ICEBERG
        order.shown_qty_lots = listed.shown_qty_lots
        b.icebergs += 1
    if listed.contingency_type == ONE_TRIGGERS_THE_OTHER:
        order.flags |= HELD
    elif listed.linked_order_id != 0:
        order.flags |= LINKED
    if order.flags & (LINKED | HELD):
        b.linked += 1
    if listed.ord_type == STOP or listed.ord_type == STOP_LIMIT:
        if listed.place == IN_BOOK:
            order.flags |= HAS_TRIGGERED
        else:
            b.stops += 1
    if listed.peg_price_type == TRAILING_STOP:
        order.flags |= TRAILING
    if listed.ord_type == PEGGED:
        order.flags |= PEG
    if listed.time_in_force == AT_THE_CLOSE:
        order.flags |= FOR_THE_CLOSE
    if listed.place == IN_BOOK and (
        listed.ord_type in (MARKET, STOP) or listed.time_in_force in (AT_THE_OPEN, AT_THE_CLOSE)
    ):
        order.flags |= CALL_ONLY
        b.call_orders += 1


@section
def _enter_chain(b: Any, listed: Any, slot: Any) -> None:
    flags = order_at(b, slot).flags
    if flags & HELD:
        join_chain(b, slot, HELD_ORDERS)
    elif flags & PEG:
        join_chain(b, slot, PEGS)
    elif flags & TRAILING and listed.place == IN_STOPS:
        join_chain(b, slot, TRAILING_STOPS)
    elif flags & FOR_THE_CLOSE and listed.place == ASIDE:
        join_chain(b, slot, CLOSE_ORDERS)


@entrance
def enter_orders(address: Any, listed_at: Any, count: Any) -> None:
    """Let listed orders stand in an empty book where they stood; the arrays must be large enough."""
    b = book_row(address, 0)
    for number in range(count):
        row = listed_row(listed_at, number)
        slot = number + 1
        order = order_at(b, slot)
        order.order_id = row.order_id
        order.account_id = row.account_id
        order.price_ticks = row.price_ticks
        order.order_qty_lots = row.order_qty_lots
        order.leaves_qty_lots = row.leaves_qty_lots
        order.side = row.side
        order.ladder = NOWHERE
        order.ord_type = row.ord_type
        order.time_in_force = row.time_in_force
        b.slots_used += 1
        b.open_orders += 1
        enter(b, slot, row.order_id)
        if not _is_plain_row(row):
            _enter_terms(b, row, slot)
            _enter_chain(b, row, slot)
        if row.place == IN_BOOK:
            ladder = row.side - 1
            join_level(b, slot, ladder, rank_of(b, ladder, row.price_ticks))
        elif row.place == IN_STOPS:
            wait_for_stop(b, slot)


@entrance
def indicative(address: Any) -> Any:
    """What an uncross would choose now: price, quantity and imbalance."""
    b = book_row(address, 0)
    return find_uncross(b), b.uncross_qty_lots, b.uncross_imbalance_lots


@entrance
def resumes_plainly(address: Any) -> Any:
    """Whether going on with continuous trading would change nothing but the phase."""
    b = book_row(address, 0)
    if may_uncross(b) or b.call_orders != 0 or any_stop_is_reached(b):
        return False
    return chain_at(b, PEGS).count == 0 or not pegs_would_move(b)


@entrance
def list_depth(address: Any, ladder: Any, depth: Any) -> Any:
    """Copy the best levels that have a price: price, quantity shown and number of orders; how many there are."""
    b = book_row(address, 0)
    count = 0
    rank = best_rank(b, ladder)
    while rank != 0 and count < len(depth):
        if rank != AT_NO_PRICE:
            level = level_at(b, ladder, rank)
            depth[count, 0] = price_of(b, ladder, rank)
            depth[count, 1] = level.qty_lots - level_terms_at(b, ladder, rank).hidden_qty_lots
            depth[count, 2] = level.order_count
            count += 1
        rank = next_worse(b, ladder, rank)
    return count
