"""What an accepted order does next, and the orders whose turn comes after it."""

from typing import Any

from matching.kernel.admission import waits_for_stop
from matching.kernel.arrays import ACTIVATED, CLOSE_ORDERS, FOR_THE_CLOSE, HELD, PEG
from matching.kernel.compiling import inlined_section, section
from matching.kernel.pegs import place_pegged
from matching.kernel.phases import rest_in_call
from matching.kernel.queues import join_acting, leave_acting, rest, wait_for_stop
from matching.kernel.reach import could_trade
from matching.kernel.reports import tell
from matching.kernel.rows import order_at, terms_at
from matching.kernel.stops import is_reached, mark_triggered
from matching.kernel.taking import take
from matching.kernel.words import CONTINUOUS, FOK, IOC, LIMIT, NONE, TRIGGERED


@inlined_section
def take_or_rest(b: Any, slot: Any) -> None:
    """Let an order that can trade do so where trading is on, and rest where it is not."""
    order = order_at(b, slot)
    if b.phase != CONTINUOUS:
        rest_in_call(b, slot)
    elif could_trade(b, order.side, order.price_ticks) or order.ord_type != LIMIT or order.time_in_force in (IOC, FOK):
        take(b, slot)
    else:
        rest(b, slot)


@section
def stop_waits_or_acts(b: Any, slot: Any) -> None:
    """Let a stop wait for its price, or join the acting queue when the market is there already."""
    if b.phase == CONTINUOUS and is_reached(b, order_at(b, slot).side, terms_at(b, slot).stop_px_ticks):
        join_acting(b, slot)
    else:
        wait_for_stop(b, slot)


@section
def begin(b: Any, slot: Any) -> None:
    """Let an order with terms do what an accepted order does."""
    flags = order_at(b, slot).flags
    if flags & HELD or (flags & FOR_THE_CLOSE and terms_at(b, slot).chain == CLOSE_ORDERS):
        return
    if waits_for_stop(b, slot):
        stop_waits_or_acts(b, slot)
    elif flags & PEG:
        place_pegged(b, slot)
    else:
        take_or_rest(b, slot)


@section
def _act(b: Any, slot: Any) -> None:
    leave_acting(b, slot)
    order = order_at(b, slot)
    if not order.flags & ACTIVATED:
        mark_triggered(b, slot)
        tell(b, slot, TRIGGERED, NONE)
        take_or_rest(b, slot)
        return
    order.flags &= ~ACTIVATED
    tell(b, slot, TRIGGERED, NONE)
    begin(b, slot)


@section
def act_in_turn(b: Any) -> None:
    """Let the orders in the acting queue act, the oldest first, until it is empty."""
    while b.acting_first != 0 and b.torn == 0:
        _act(b, b.acting_first)
