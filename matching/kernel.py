"""The book's arithmetic, compiled: commands in, events out, on flat integer arrays and nothing else.

Everything that is compiled lives in this one file, because the compiler's cache notices an edit of this file only; for
the same reason the enums' values stand here as numbers, and a test holds them to the vocabulary. Helpers take scalars
and single records, never arrays: passing arrays costs a factor of four.

A level is named by its rank: 1 is the best price that a side can ever have, ``levels`` the worst, so that both sides
run the same code and the best level is the lowest rank. Row 0 of a side's levels is no level but the ends of the chain
of occupied levels: its ``worse`` is the best one. Slot 0 of the orders is no order, so a link of 0 leads nowhere and
fresh arrays of zeros are an empty book.
"""

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

NEW_ORDER, CANCEL, REPLACE, HALT, RESUME = 1, 2, 3, 4, 5
BUY, SELL = 1, 2
MARKET, LIMIT = 1, 2
DAY, GTC, IOC, FOK = 0, 1, 3, 4
CONTINUOUS, HALTED = 3, 5
NEW, CANCELED, REPLACED, REJECTED, TRADE = 0, 4, 5, 8, 15
CANCEL_REJECTED, REPLACE_REJECTED, PHASE_CHANGED = 0x101, 0x102, 0x201
MAKER, TAKER = 1, 2
NONE, UNKNOWN_ORDER, DUPLICATE_ORDER, INCORRECT_QUANTITY, INSTRUMENT_HALTED = -1, 5, 6, 13, 100
PRICE_OUT_OF_RANGE, NO_LIQUIDITY, NOT_FILLABLE, NOT_REPLACEABLE, INVALID_COMMAND = 105, 106, 107, 108, 110
NO_PRICE = -1
ORDER_QTY_LOTS_MAX = 2**31 - 1

LACKS_NOTHING, LACKS_EVENTS, LACKS_ORDERS, LACKS_INDEX = 0, 1, 2, 3

SPREAD = np.uint64(0x9E3779B97F4A7C15)

COUNTERS = np.dtype(
    [
        ("base_ticks", "<i8"),
        ("levels", "<i8"),
        ("phase", "<i8"),
        ("command_seq", "<i8"),
        ("event_seq", "<i8"),
        ("trade_seq", "<i8"),
        ("open_orders", "<i8"),
        ("slots_used", "<i8"),
        ("free_slot", "<i8"),
    ],
    align=True,
)
ORDER = np.dtype(
    [
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("order_qty_lots", "<i8"),
        ("leaves_qty_lots", "<i8"),
        ("price_ticks", "<i4"),
        ("later", "<i4"),
        ("earlier", "<i4"),
        ("side", "<i2"),
        ("time_in_force", "<i2"),
    ],
    align=True,
)
LEVEL = np.dtype(
    [
        ("first", "<i4"),
        ("last", "<i4"),
        ("better", "<i4"),
        ("worse", "<i4"),
        ("order_count", "<i8"),
        ("qty_lots", "<i8"),
    ],
    align=True,
)
INDEX_ENTRY = np.dtype([("order_id", "<i8"), ("slot", "<i8")], align=True)


def _type_highest_bit(typing_context: Any, word: Any) -> Any:
    """The number of the highest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        leading_zeros = builder.ctlz(arguments[0], context.get_constant(types.boolean, True))
        return builder.sub(context.get_constant(types.int64, 63), leading_zeros)

    return types.int64(types.uint64), generate


_highest_bit: Any = intrinsic(_type_highest_bit)


@njit(forceinline=True)
def _home(order_id: Any, shift: Any) -> Any:
    """Where an order id belongs in an index of 2 ** (64 - shift) entries."""
    return np.int64((np.uint64(order_id) * SPREAD) >> np.uint64(shift))


@njit(forceinline=True)
def _report(
    event: Any,
    kind: Any,
    reason: Any,
    side: Any,
    liquidity: Any,
    phase: Any,
    command_seq: Any,
    event_seq: Any,
    order_id: Any,
    account_id: Any,
    price_ticks: Any,
    order_qty: Any,
    cum_qty: Any,
    leaves_qty: Any,
    last_px: Any,
    last_qty: Any,
    contra_order_id: Any,
    trade_seq: Any,
) -> None:
    event.kind = kind
    event.reason = reason
    event.side = side
    event.liquidity = liquidity
    event.phase = phase
    event.command_seq = command_seq
    event.event_seq = event_seq
    event.order_id = order_id
    event.account_id = account_id
    event.price_ticks = price_ticks
    event.order_qty_lots = order_qty
    event.cum_qty_lots = cum_qty
    event.leaves_qty_lots = leaves_qty
    event.last_px_ticks = last_px
    event.last_qty_lots = last_qty
    event.contra_order_id = contra_order_id
    event.trade_seq = trade_seq


@njit(cache=True, boundscheck=True, nogil=True)
def run(
    counters: Any,
    orders: Any,
    levels: Any,
    occupied: Any,
    occupied_words: Any,
    index: Any,
    commands: Any,
    start: Any,
    events: Any,
    written: Any,
) -> Any:
    """Apply commands from ``start`` on until they end or an array may be too small for the next one.

    The events follow the ``written`` ones. Returns the number of the command reached, the number of events in the array
    now, which array is lacking and, for events, how many rows the next command may need. The command reached has then
    left no trace; with a larger array the next call goes on where this one stopped.
    """
    book = counters[0]
    base_ticks = book.base_ticks
    level_count = book.levels
    top_ticks = base_ticks + level_count - 1
    phase = book.phase
    command_seq = book.command_seq
    event_seq = book.event_seq
    trade_seq = book.trade_seq
    open_orders = book.open_orders
    slots_used = book.slots_used
    free_slot = book.free_slot
    index_mask = len(index) - 1
    index_shift = 64 - _highest_bit(np.uint64(len(index)))

    lacking = LACKS_NOTHING
    rows_needed = 2
    reached = start
    while reached < len(commands):
        command = commands[reached]
        kind = command.kind
        order_id = command.order_id
        account_id = command.account_id

        # A command that does not trade gives at most two events: it is accepted, and it is canceled.
        room = len(events) - written
        if room < 2:
            lacking = LACKS_EVENTS
            rows_needed = 2
            break

        # Find the order. Ids at rest are positive, so that no other needs the search.
        slot = 0
        if order_id > 0 and NEW_ORDER <= kind <= REPLACE:
            probe = _home(order_id, index_shift)
            while index[probe].slot != 0 and index[probe].order_id != order_id:
                probe = (probe + 1) & index_mask
            slot = index[probe].slot
        order = orders[slot]

        # Judge the command; nothing of the book changes yet, except its phase.
        report = REJECTED
        reason = NONE
        side = command.side
        ord_type = command.ord_type
        time_in_force = command.time_in_force
        price = command.price_ticks
        order_qty = command.order_qty_lots
        cum = 0
        leaves = 0
        takes = False
        leaves_queue = False
        new_phase = phase
        if kind == NEW_ORDER:
            if (
                order_id < 1
                or side not in (BUY, SELL)
                or ord_type not in (MARKET, LIMIT)
                or time_in_force not in (DAY, GTC, IOC, FOK)
            ):
                reason = INVALID_COMMAND
            elif phase == HALTED:
                reason = INSTRUMENT_HALTED
            elif slot != 0:
                reason = DUPLICATE_ORDER
            elif (price < base_ticks or price > top_ticks) and (ord_type == LIMIT or price != NO_PRICE):
                reason = PRICE_OUT_OF_RANGE
            elif order_qty < 1 or order_qty > ORDER_QTY_LOTS_MAX:
                reason = INCORRECT_QUANTITY
            else:
                report = NEW
                leaves = order_qty
                takes = True
        elif kind in (CANCEL, REPLACE):
            report = CANCEL_REJECTED if kind == CANCEL else REPLACE_REJECTED
            if slot == 0 or order.account_id != account_id:
                # A stranger's order looks exactly like one that does not exist.
                reason = UNKNOWN_ORDER
                side = 0
                price = NO_PRICE
                order_qty = 0
            else:
                new_price = price
                new_qty = order_qty
                side = order.side
                ord_type = LIMIT
                time_in_force = order.time_in_force
                price = order.price_ticks
                order_qty = order.order_qty_lots
                leaves = order.leaves_qty_lots
                cum = order_qty - leaves
                if kind == CANCEL:
                    report = CANCELED
                    leaves_queue = True
                elif phase == HALTED:
                    reason = INSTRUMENT_HALTED
                elif new_price < base_ticks or new_price > top_ticks:
                    reason = PRICE_OUT_OF_RANGE
                elif new_qty < 1 or new_qty > ORDER_QTY_LOTS_MAX:
                    reason = INCORRECT_QUANTITY
                elif new_qty <= cum:
                    reason = NOT_REPLACEABLE
                else:
                    report = REPLACED
                    takes = new_price != price or new_qty > order_qty
                    leaves_queue = takes
                    price = new_price
                    order_qty = new_qty
                    leaves = new_qty - cum
        elif kind in (HALT, RESUME):
            report = PHASE_CHANGED
            new_phase = HALTED if kind == HALT else CONTINUOUS
            side = 0
            order_id = 0
            account_id = 0
            price = NO_PRICE
            order_qty = 0
        else:
            reason = INVALID_COMMAND

        # Where the order stands on the ladder: its own rank, and the worst contra rank that it may trade with.
        own = side - 1
        contra = 2 - side
        reach = level_count
        if takes and price != NO_PRICE:
            reach = price - base_ticks + 1 if side == BUY else top_ticks - price + 1
        fillable = True

        # Stop before a command that an array may be too small for.
        if takes:
            if slot == 0:
                if free_slot == 0 and slots_used + 1 >= len(orders):
                    lacking = LACKS_ORDERS
                    break
                if (open_orders + 1) * 2 > len(index):
                    lacking = LACKS_INDEX
                    break
            if time_in_force == FOK or room < 2 + 2 * min(leaves, open_orders):
                # Count what is there to trade with, which is as much work as the trades themselves.
                reachable_qty = 0
                reachable_orders = 0
                rank = levels[contra, 0].worse
                while rank != 0 and rank <= reach and reachable_qty < leaves:
                    level = levels[contra, rank]
                    if reachable_qty + level.qty_lots <= leaves:
                        reachable_qty += level.qty_lots
                        reachable_orders += level.order_count
                    else:
                        maker_slot = level.first
                        while reachable_qty < leaves:
                            reachable_qty += orders[maker_slot].leaves_qty_lots
                            reachable_orders += 1
                            maker_slot = orders[maker_slot].later
                    rank = level.worse
                fillable = time_in_force != FOK or reachable_qty >= leaves
                if fillable and room < 2 + 2 * reachable_orders:
                    lacking = LACKS_EVENTS
                    rows_needed = 2 + 2 * reachable_orders
                    break

        # From here on the command happens.
        reached += 1
        command_seq += 1
        phase = new_phase
        closed_slot = 0
        if leaves_queue:
            old_price = order.price_ticks
            rank = top_ticks - old_price + 1 if side == BUY else old_price - base_ticks + 1
            level = levels[own, rank]
            later = order.later
            earlier = order.earlier
            if earlier == 0:
                level.first = later
            else:
                orders[earlier].later = later
            if later == 0:
                level.last = earlier
            else:
                orders[later].earlier = earlier
            level.order_count -= 1
            level.qty_lots -= order.leaves_qty_lots
            if level.order_count == 0:
                levels[own, level.better].worse = level.worse
                levels[own, level.worse].better = level.better
                word = rank >> 6
                occupied[own, word] &= ~(np.uint64(1) << np.uint64(rank & 63))
                if occupied[own, word] == 0:
                    occupied_words[own, word >> 6] &= ~(np.uint64(1) << np.uint64(word & 63))
            if kind == CANCEL:
                leaves = 0
                order.leaves_qty_lots = 0
                order.later = 0
                closed_slot = slot
        elif report == REPLACED:
            rank = top_ticks - price + 1 if side == BUY else price - base_ticks + 1
            levels[own, rank].qty_lots -= order.leaves_qty_lots - leaves
            order.order_qty_lots = order_qty
            order.leaves_qty_lots = leaves

        event_seq += 1
        _report(
            events[written], report, reason, side, 0, phase, command_seq, event_seq, order_id, account_id, price,
            order_qty, cum, leaves, 0, 0, 0, 0,
        )  # fmt: skip
        written += 1

        if takes:
            # Trade, level by level and in each level from the earliest order on.
            while fillable and leaves > 0:
                rank = levels[contra, 0].worse
                if rank == 0 or rank > reach:
                    break
                level = levels[contra, rank]
                last_px = base_ticks + rank - 1 if side == BUY else top_ticks - rank + 1
                maker_slot = level.first
                while leaves > 0 and maker_slot != 0:
                    maker = orders[maker_slot]
                    last_qty = min(leaves, maker.leaves_qty_lots)
                    maker_leaves = maker.leaves_qty_lots - last_qty
                    maker.leaves_qty_lots = maker_leaves
                    level.qty_lots -= last_qty
                    leaves -= last_qty
                    cum += last_qty
                    trade_seq += 1
                    _report(
                        events[written], TRADE, NONE, maker.side, MAKER, phase, command_seq, event_seq + 1,
                        maker.order_id, maker.account_id, last_px, maker.order_qty_lots,
                        maker.order_qty_lots - maker_leaves, maker_leaves, last_px, last_qty, order_id, trade_seq,
                    )  # fmt: skip
                    _report(
                        events[written + 1], TRADE, NONE, side, TAKER, phase, command_seq, event_seq + 2, order_id,
                        account_id, price, order_qty, cum, leaves, last_px, last_qty, maker.order_id, trade_seq,
                    )  # fmt: skip
                    event_seq += 2
                    written += 2
                    if maker_leaves == 0:
                        later = maker.later
                        maker.later = closed_slot
                        closed_slot = maker_slot
                        maker_slot = later
                        level.order_count -= 1
                level.first = maker_slot
                if maker_slot != 0:
                    orders[maker_slot].earlier = 0
                else:
                    level.last = 0
                    levels[contra, 0].worse = level.worse
                    levels[contra, level.worse].better = 0
                    word = rank >> 6
                    occupied[contra, word] &= ~(np.uint64(1) << np.uint64(rank & 63))
                    if occupied[contra, word] == 0:
                        occupied_words[contra, word >> 6] &= ~(np.uint64(1) << np.uint64(word & 63))

            if leaves == 0:
                if slot != 0:
                    order.leaves_qty_lots = 0
                    order.later = closed_slot
                    closed_slot = slot
            elif ord_type == MARKET or time_in_force in (IOC, FOK):
                event_seq += 1
                _report(
                    events[written], CANCELED, NO_LIQUIDITY if fillable else NOT_FILLABLE, side, 0, phase, command_seq,
                    event_seq, order_id, account_id, price, order_qty, cum, 0, 0, 0, 0, 0,
                )  # fmt: skip
                written += 1
            else:
                # Rest. A replaced order keeps its slot and its place in the index.
                if slot == 0:
                    if free_slot != 0:
                        slot = free_slot
                        free_slot = orders[slot].later
                    else:
                        slots_used += 1
                        slot = slots_used
                    open_orders += 1
                    probe = _home(order_id, index_shift)
                    while index[probe].slot != 0:
                        probe = (probe + 1) & index_mask
                    index[probe].order_id = order_id
                    index[probe].slot = slot
                    order = orders[slot]
                    order.order_id = order_id
                    order.account_id = account_id
                    order.side = side
                    order.time_in_force = time_in_force
                order.price_ticks = price
                order.order_qty_lots = order_qty
                order.leaves_qty_lots = leaves
                order.later = 0
                rank = top_ticks - price + 1 if side == BUY else price - base_ticks + 1
                level = levels[own, rank]
                if level.order_count == 0:
                    # Open the level behind the next better one, which the bitmap finds from its own bit downwards.
                    better = 0
                    word = rank >> 6
                    group = word >> 6
                    best = levels[own, 0].worse
                    if best != 0 and best < rank:
                        bits = occupied[own, word] & ((np.uint64(1) << np.uint64(rank & 63)) - np.uint64(1))
                        if bits != 0:
                            better = (word << 6) + _highest_bit(bits)
                        else:
                            bits = occupied_words[own, group] & ((np.uint64(1) << np.uint64(word & 63)) - np.uint64(1))
                            above = group
                            while bits == 0:
                                above -= 1
                                bits = occupied_words[own, above]
                            found = (above << 6) + _highest_bit(bits)
                            better = (found << 6) + _highest_bit(occupied[own, found])
                    worse = levels[own, better].worse
                    level.better = better
                    level.worse = worse
                    levels[own, better].worse = rank
                    levels[own, worse].better = rank
                    level.first = slot
                    occupied[own, word] |= np.uint64(1) << np.uint64(rank & 63)
                    occupied_words[own, group] |= np.uint64(1) << np.uint64(word & 63)
                    order.earlier = 0
                else:
                    orders[level.last].later = slot
                    order.earlier = level.last
                level.last = slot
                level.order_count += 1
                level.qty_lots += leaves

        # Forget the orders that closed: their ids leave no tombstones, their slots are used again.
        while closed_slot != 0:
            closed = orders[closed_slot]
            hole = _home(closed.order_id, index_shift)
            while index[hole].slot != closed_slot:
                hole = (hole + 1) & index_mask
            probe = (hole + 1) & index_mask
            while index[probe].slot != 0:
                home = _home(index[probe].order_id, index_shift)
                if ((probe - home) & index_mask) >= ((probe - hole) & index_mask):
                    index[hole].order_id = index[probe].order_id
                    index[hole].slot = index[probe].slot
                    hole = probe
                probe = (probe + 1) & index_mask
            index[hole].slot = 0
            open_orders -= 1
            next_closed = closed.later
            closed.later = free_slot
            free_slot = closed_slot
            closed_slot = next_closed

    book.phase = phase
    book.command_seq = command_seq
    book.event_seq = event_seq
    book.trade_seq = trade_seq
    book.open_orders = open_orders
    book.slots_used = slots_used
    book.free_slot = free_slot
    return reached, written, lacking, rows_needed


@njit(cache=True, boundscheck=True, nogil=True)
def index_orders(orders: Any, slots_used: Any, index: Any) -> None:
    """Enter every open order into an empty index."""
    index_mask = len(index) - 1
    index_shift = 64 - _highest_bit(np.uint64(len(index)))
    for slot in range(1, slots_used + 1):
        if orders[slot].leaves_qty_lots > 0:
            probe = _home(orders[slot].order_id, index_shift)
            while index[probe].slot != 0:
                probe = (probe + 1) & index_mask
            index[probe].order_id = orders[slot].order_id
            index[probe].slot = slot


@njit(cache=True, boundscheck=True, nogil=True)
def list_orders(orders: Any, levels: Any, listed: Any) -> None:
    """Copy the orders at rest in canonical order: bids, then offers; the best price first; the earliest first."""
    row = 0
    for own in range(2):
        rank = levels[own, 0].worse
        while rank != 0:
            slot = levels[own, rank].first
            while slot != 0:
                order = orders[slot]
                resting = listed[row]
                resting.order_id = order.order_id
                resting.account_id = order.account_id
                resting.price_ticks = order.price_ticks
                resting.order_qty_lots = order.order_qty_lots
                resting.leaves_qty_lots = order.leaves_qty_lots
                resting.side = order.side
                resting.time_in_force = order.time_in_force
                row += 1
                slot = order.later
            rank = levels[own, rank].worse
