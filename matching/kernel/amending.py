"""Cancel, replace and expire, one order or many."""

from typing import Any

from matching.kernel.acting import stop_waits_or_acts, take_or_rest
from matching.kernel.admission import refuse_replace, slid_price, waits_for_stop
from matching.kernel.arrays import HAS_TERMS, HELD, NOWHERE, PEG
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import end
from matching.kernel.ids import find, forget, free
from matching.kernel.listing import list_slots
from matching.kernel.pegs import pegged_price, place_pegged
from matching.kernel.queues import leave_level, reduce_in_place
from matching.kernel.reports import tell, tell_closed, tell_refused, tell_rejected, tell_unknown, write
from matching.kernel.rows import order_at, terms_at
from matching.kernel.words import (
    CANCEL_ON_DISCONNECT,
    CANCEL_ON_HALT,
    CANCEL_REJECTED,
    CANCELED,
    CANCELED_IN_MASS,
    CANCELED_ON_DISCONNECT,
    CANCELED_ON_HALT,
    CONTINUOUS,
    DAY,
    EXPIRED,
    GTD,
    INVALID_COMMAND,
    MASS_ACTION_DONE,
    NO_PRICE,
    NONE,
    REJECTED,
    REPLACE_REJECTED,
    REPLACED,
    SELL,
    SLIDE,
)


@inlined_section
def cancel(b: Any, command: Any, slot: Any) -> None:
    """Cancel an order of its owner's."""
    if slot == 0 or order_at(b, slot).account_id != command.account_id:
        tell_unknown(b, CANCEL_REJECTED, command.order_id, command.account_id)
    elif order_at(b, slot).flags == 0:
        _cancel_plain(b, slot)
    else:
        end(b, slot, CANCELED, NONE)


@inlined_section
def _cancel_plain(b: Any, slot: Any) -> None:
    """Cancel an order that has no flags and so stands in the book, is linked to nothing and causes nothing."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    leave_level(b, slot)
    order.leaves_qty_lots = 0
    tell_closed(b, slot, CANCELED, NONE, leaves)
    forget(b, slot)
    free(b, slot)


@section
def _set_terms(b: Any, slot: Any, price: Any, order_qty: Any) -> None:
    """Give an order that stands on no level a new price and a new total."""
    order = order_at(b, slot)
    cum = order.order_qty_lots - order.leaves_qty_lots
    order.price_ticks = price
    order.order_qty_lots = order_qty
    order.leaves_qty_lots = order_qty - cum


@section
def _replace_in_place(b: Any, slot: Any, price: Any, order_qty: Any) -> None:
    """Give an order new terms that leave it in its place."""
    order = order_at(b, slot)
    leaves = order_qty - (order.order_qty_lots - order.leaves_qty_lots)
    reduce_in_place(b, slot, leaves)
    order.order_qty_lots = order_qty
    order.price_ticks = price
    tell(b, slot, REPLACED, NONE)


@section
def _replace_stop(b: Any, command: Any, slot: Any) -> None:
    """Replace a stop that waits: only another stop price costs it its place."""
    terms = terms_at(b, slot)
    stop_px = command.stop_px_ticks
    if stop_px == 0 or stop_px == terms.stop_px_ticks:
        _replace_in_place(b, slot, command.price_ticks, command.order_qty_lots)
        return
    leave_level(b, slot)
    terms.stop_px_ticks = stop_px
    _set_terms(b, slot, command.price_ticks, command.order_qty_lots)
    tell(b, slot, REPLACED, NONE)
    stop_waits_or_acts(b, slot)


@section
def _replace_aside(b: Any, command: Any, slot: Any) -> None:
    """Replace an order that waits for another one, or for the close."""
    if command.stop_px_ticks != 0:
        terms_at(b, slot).stop_px_ticks = command.stop_px_ticks
    _set_terms(b, slot, command.price_ticks, command.order_qty_lots)
    tell(b, slot, REPLACED, NONE)


@section
def _replace_pegged(b: Any, command: Any, slot: Any) -> None:
    """Replace a pegged order, whose price in the command is its limit."""
    order = order_at(b, slot)
    terms = terms_at(b, slot)
    if command.price_ticks == terms.limit_price_ticks and command.order_qty_lots <= order.order_qty_lots:
        _replace_in_place(b, slot, order.price_ticks, command.order_qty_lots)
        return
    if order.ladder != NOWHERE:
        leave_level(b, slot)
    terms.limit_price_ticks = command.price_ticks
    price = pegged_price(b, slot) if b.phase == CONTINUOUS else NO_PRICE
    _set_terms(b, slot, price, command.order_qty_lots)
    tell(b, slot, REPLACED, NONE)
    place_pegged(b, slot)


@section
def _replace_in_book(b: Any, command: Any, slot: Any) -> None:
    order = order_at(b, slot)
    price = command.price_ticks
    if order.flags & HAS_TERMS and terms_at(b, slot).exec_inst & SLIDE and b.phase == CONTINUOUS:
        price = slid_price(b, order.side, price)
    if price == order.price_ticks and command.order_qty_lots <= order.order_qty_lots:
        _replace_in_place(b, slot, price, command.order_qty_lots)
        return
    leave_level(b, slot)
    _set_terms(b, slot, price, command.order_qty_lots)
    tell(b, slot, REPLACED, NONE)
    take_or_rest(b, slot)


@section
def replace(b: Any, command: Any, slot: Any) -> None:
    """Replace an order of its owner's."""
    if slot == 0 or order_at(b, slot).account_id != command.account_id:
        tell_unknown(b, REPLACE_REJECTED, command.order_id, command.account_id)
        return
    reason = refuse_replace(b, slot, command)
    if reason != NONE:
        tell_refused(b, slot, REPLACE_REJECTED, reason)
        return
    order = order_at(b, slot)
    if order.flags & PEG:
        _replace_pegged(b, command, slot)
    elif order.flags & HELD or order.ladder == NOWHERE:
        _replace_aside(b, command, slot)
    elif order.flags != 0 and waits_for_stop(b, slot):
        _replace_stop(b, command, slot)
    else:
        _replace_in_book(b, command, slot)


@section
def _reason_of_mass(exec_inst: Any) -> Any:
    if exec_inst == CANCEL_ON_HALT:
        return CANCELED_ON_HALT
    return CANCELED_ON_DISCONNECT if exec_inst == CANCEL_ON_DISCONNECT else CANCELED_IN_MASS


@section
def _is_meant(b: Any, slot: Any, command: Any) -> Any:
    """Whether a mass cancel means this order."""
    order = order_at(b, slot)
    if order.leaves_qty_lots == 0 or (command.account_id != 0 and order.account_id != command.account_id):
        return False
    if command.side != 0 and order.side != command.side:
        return False
    return command.exec_inst == 0 or (order.flags & HAS_TERMS and terms_at(b, slot).exec_inst & command.exec_inst != 0)


@section
def _tell_mass_action(b: Any, account_id: Any, side: Any, count: Any) -> None:
    write(b, MASS_ACTION_DONE, NONE, side, 0, 0, account_id, 0, 0, count, 0, 0, 0, 0, 0, 0)


@section
def mass_cancel(b: Any, command: Any) -> None:
    """Cancel every order of an account, or of a side, or that asked for it."""
    exec_inst = command.exec_inst
    if (
        command.account_id < 0
        or not 0 <= command.side <= SELL
        or exec_inst not in (0, CANCEL_ON_HALT, CANCEL_ON_DISCONNECT)
    ):
        tell_rejected(b, command, REJECTED, INVALID_COMMAND)
        return
    reason = _reason_of_mass(exec_inst)
    count = 0
    for number in range(list_slots(b)):
        slot = terms_at(b, number).listed_slot
        if _is_meant(b, slot, command):
            end(b, slot, CANCELED, reason)
            count += 1
    _tell_mass_action(b, command.account_id, command.side, count)


@section
def _is_due(b: Any, slot: Any, command: Any) -> Any:
    """Whether a mass expiry means this order."""
    order = order_at(b, slot)
    if order.leaves_qty_lots == 0:
        return False
    if order.time_in_force == GTD:
        return terms_at(b, slot).expire_time_ns <= command.transact_time_ns
    return order.time_in_force == DAY and command.time_in_force == DAY


@section
def expire(b: Any, command: Any) -> None:
    """Expire one order, or all whose time has come."""
    if command.order_id > 0:
        slot = find(b, command.order_id)
        if slot == 0:
            tell_unknown(b, CANCEL_REJECTED, command.order_id, command.account_id)
        else:
            end(b, slot, EXPIRED, NONE)
        return
    if command.order_id < 0 or command.time_in_force not in (DAY, GTD):
        tell_rejected(b, command, REJECTED, INVALID_COMMAND)
        return
    count = 0
    for number in range(list_slots(b)):
        slot = terms_at(b, number).listed_slot
        if _is_due(b, slot, command):
            end(b, slot, EXPIRED, NONE)
            count += 1
    _tell_mass_action(b, 0, 0, count)
