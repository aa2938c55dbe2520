"""The entrance: commands in, events out."""

from typing import Any

from matching.kernel.acting import act_in_turn
from matching.kernel.admission import is_plain
from matching.kernel.ahead import look_ahead
from matching.kernel.amending import cancel, expire, mass_cancel, replace
from matching.kernel.arrays import INDEX_ENTRIES_AN_ORDER, LINKED, NOWHERE, PEGS
from matching.kernel.compiling import entrance, inlined_section, section
from matching.kernel.entering import new_order
from matching.kernel.ids import find, forget_closed
from matching.kernel.pegs import follow_the_market
from matching.kernel.queues import best_rank, next_worse
from matching.kernel.reach import could_trade, reach_of
from matching.kernel.reports import tell_book, tell_rejected
from matching.kernel.rows import book_row, chain_at, command_row, level_at, order_at
from matching.kernel.rules import change_phase, halt, rebase, set_allocation, set_bands, set_last, set_reference
from matching.kernel.words import (
    BUY,
    CANCEL,
    CANCEL_REJECTED,
    CHANGE_ENGINE,
    CHANGE_PHASE,
    CONTINUOUS,
    EXPIRE,
    FOK,
    HALT,
    ICEBERG_SLICES_MAX,
    INVALID_COMMAND,
    LIMIT,
    MASS_CANCEL,
    MATCHER_FAILURE,
    NEW_ORDER,
    NO_PRICE,
    PRICE_TIME,
    PRO_RATA,
    REBASE,
    REJECT_CANCEL,
    REJECT_ORDER,
    REJECT_REPLACE,
    REJECTED,
    REPLACE,
    REPLACE_REJECTED,
    RESUME,
    RULES_CHANGED,
    SELL,
    SET_ALLOCATION,
    SET_BANDS,
    SET_LAST,
    SET_REFERENCE,
)

LACKS_NOTHING, LACKS_EVENTS, LACKS_ORDERS, LACKS_INDEX = 0, 1, 2, 3
NOT_DONE = -1
QUIET_ROWS = 4
"""The events of a command that moves no order but its own: it is accepted, and it ends."""


@inlined_section
def _rows_of_anything(b: Any) -> Any:
    """More events than any command can give to the book as it is.

    Each trade but the last of an aggressor ends an order or shows a slice of an iceberg anew; under pro-rata each
    aggressor may trade with all. Stops and linked orders may become aggressors. Whatever ends without trading gives one
    event more, and pegged orders may be put aside and priced anew.
    """
    aggressors = 1 + b.stops + b.linked
    trades = b.open_orders + ICEBERG_SLICES_MAX * b.icebergs
    if b.allocation == PRO_RATA:
        trades *= aggressors
    trades += aggressors
    return 2 * trades + 5 * aggressors + 2 * b.open_orders + b.linked + 2 * chain_at(b, PEGS).count + 8


@section
def _reachable_orders(b: Any, side: Any, price: Any, quantity: Any) -> Any:
    """How many orders opposite a quantity trades with at most, within a price."""
    contra = 2 - side
    reach = reach_of(b, side, price)
    found, count = 0, 0
    rank = best_rank(b, contra)
    while rank != 0 and rank <= reach and found < quantity:
        level = level_at(b, contra, rank)
        if found + level.qty_lots <= quantity:
            found += level.qty_lots
            count += level.order_count
        else:
            slot = level.first
            while slot != 0 and found < quantity:
                found += order_at(b, slot).leaves_qty_lots
                count += 1
                slot = order_at(b, slot).later
        rank = next_worse(b, contra, rank)
    return count


@inlined_section
def _is_quiet(b: Any, command: Any, slot: Any) -> Any:
    """Whether a command clearly moves no order but its own."""
    kind = command.kind
    if kind == CANCEL:
        return slot == 0 or not order_at(b, slot).flags & LINKED
    if kind == NEW_ORDER:
        if b.phase != CONTINUOUS or (command.side != BUY and command.side != SELL):
            return True
        return command.ord_type <= LIMIT and not could_trade(b, command.side, command.price_ticks)
    if kind == REPLACE:
        return (
            slot == 0
            or b.phase != CONTINUOUS
            or (order_at(b, slot).ladder != NOWHERE and not could_trade(b, order_at(b, slot).side, command.price_ticks))
        )
    return False


@section
def _rows_of_taker(b: Any, command: Any, slot: Any) -> Any:
    """The events that a command may give that lets its order trade."""
    if b.stops + b.linked + b.icebergs != 0 or b.allocation != PRICE_TIME:
        return _rows_of_anything(b)
    side = command.side
    if command.kind == REPLACE:
        side = order_at(b, slot).side
        if order_at(b, slot).flags != 0:
            return _rows_of_anything(b)
    elif command.kind != NEW_ORDER or not is_plain(command) or command.time_in_force > FOK:
        return _rows_of_anything(b)
    orders = _reachable_orders(b, side, command.price_ticks, command.order_qty_lots)
    return QUIET_ROWS + 2 * orders + 2 * chain_at(b, PEGS).count


@inlined_section
def _rows_needed(b: Any, command: Any, slot: Any, room: Any) -> Any:
    """How many events a command may give; found with more care only when there may be too little room for them."""
    if room >= _rows_of_anything(b):
        return 0
    quiet_rows = QUIET_ROWS + chain_at(b, PEGS).count
    if _is_quiet(b, command, slot):
        return quiet_rows
    return max(quiet_rows, _rows_of_taker(b, command, slot))


@section
def _command_the_book(b: Any, command: Any) -> None:
    """Carry out a command that is not about one order of its sender."""
    kind = command.kind
    if kind == HALT:
        halt(b)
    elif kind == RESUME:
        change_phase(b, command, CONTINUOUS)
    elif kind == CHANGE_PHASE:
        change_phase(b, command, command.phase)
    elif kind == MASS_CANCEL:
        mass_cancel(b, command)
    elif kind == EXPIRE:
        expire(b, command)
    elif kind == SET_REFERENCE:
        set_reference(b, command)
    elif kind == SET_LAST:
        set_last(b, command)
    elif kind == SET_BANDS:
        set_bands(b, command)
    elif kind == SET_ALLOCATION:
        set_allocation(b, command)
    elif kind == REBASE:
        rebase(b, command)
    elif kind == REJECT_ORDER:
        tell_rejected(b, command, REJECTED, MATCHER_FAILURE)
    elif kind == REJECT_CANCEL:
        tell_rejected(b, command, CANCEL_REJECTED, MATCHER_FAILURE)
    elif kind == REJECT_REPLACE:
        tell_rejected(b, command, REPLACE_REJECTED, MATCHER_FAILURE)
    elif kind == CHANGE_ENGINE:
        tell_book(b, RULES_CHANGED, NO_PRICE, 0)
    else:
        tell_rejected(b, command, REJECTED, INVALID_COMMAND)


@inlined_section
def _apply(b: Any, command: Any, slot: Any) -> None:
    """Carry out one command with all that follows from it."""
    kind = command.kind
    b.command_seq += 1
    if kind == NEW_ORDER:
        new_order(b, command, slot != 0)
    elif kind == CANCEL:
        cancel(b, command, slot)
    elif kind == REPLACE:
        replace(b, command, slot)
    else:
        _command_the_book(b, command)
    if b.acting_first != 0:
        act_in_turn(b)
    if chain_at(b, PEGS).count != 0 and kind != HALT:
        follow_the_market(b)
    if b.closed_slot != 0:
        forget_closed(b)


@section
def _run_all(b: Any, commands_at: Any, start: Any, count: Any) -> Any:
    """Apply the commands from number ``start`` on; a function of its own, because while it runs no array moves."""
    b.lacking = LACKS_NOTHING
    reached = start
    while reached < count and b.torn == 0:
        look_ahead(b, commands_at, reached, count - 1)
        command = command_row(commands_at, reached)
        slot = 0
        if command.order_id > 0 and NEW_ORDER <= command.kind <= REPLACE:
            slot = find(b, command.order_id)
        room = b.event_rows - b.written
        rows_needed = _rows_needed(b, command, slot, room)
        if room < rows_needed:
            b.lacking = LACKS_EVENTS
            b.rows_needed = rows_needed
            break
        if command.kind == NEW_ORDER:
            if b.free_slot == 0 and b.slots_used + 1 >= b.slots:
                b.lacking = LACKS_ORDERS
                break
            if (b.open_orders + 1) * INDEX_ENTRIES_AN_ORDER > b.index_size:
                b.lacking = LACKS_INDEX
                break
        reached += 1
        _apply(b, command, slot)
    b.reached = reached
    return b.written if b.lacking == LACKS_NOTHING and b.torn == 0 else NOT_DONE


@entrance
def use_events(address: Any, events: Any) -> None:
    """Let the next events be written from the first of these rows on."""
    b = book_row(address, 0)
    b.events_at = events.ctypes.data
    b.event_rows = len(events)
    b.written = 0


@entrance
def run(address: Any, commands: Any, start: Any) -> Any:
    """Apply commands from number ``start`` on until they end or an array may be too small for the next one.

    Takes the address of the book's record, and returns how many events there are when all is done, else NOT_DONE. The
    record then says how many commands were ``reached``, how many events are ``written``, which array is ``lacking``
    and, for events, how many rows the next command may need (``rows_needed``). The command reached has left no trace;
    with a larger array the next call goes on where this one stopped.
    """
    b = book_row(address, 0)
    if start == 0:
        b.written = 0
    return _run_all(b, commands.ctypes.data, start, len(commands))


@entrance
def run_single(address: Any) -> Any:
    """Apply the command that the book's record leads to, as ``run`` does.

    Handing over an array costs Python more than matching a command does.
    """
    b = book_row(address, 0)
    b.written = 0
    return _run_all(b, b.single_at, 0, 1)
