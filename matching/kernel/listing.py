"""The open orders in the order of a snapshot."""

from typing import Any

from matching.kernel.arrays import CLOSE_ORDERS, HELD_ORDERS, LADDERS, NOWHERE, PEGS
from matching.kernel.compiling import inlined_section, section
from matching.kernel.queues import best_rank, next_worse
from matching.kernel.rows import chain_at, level_at, order_at, terms_at


@section
def _next_aside(b: Any, slot: Any) -> Any:
    """The first order from ``slot`` on in its chain that stands aside, 0 for none."""
    while slot != 0 and order_at(b, slot).ladder != NOWHERE:
        slot = terms_at(b, slot).chain_later
    return slot


@inlined_section
def _earlier(b: Any, slot: Any, other: Any) -> Any:
    """Whichever of two orders was entered first; 0 is none."""
    if slot == 0 or other == 0:
        return slot + other
    return slot if terms_at(b, slot).entered_seq < terms_at(b, other).entered_seq else other


@section
def list_slots(b: Any) -> Any:
    """List the slots of all open orders, in ``listed_slot`` of the rows from 0 on; how many they are.

    Bids, offers, sell stops, buy stops as ranked, then those aside in entry order.
    """
    count = 0
    for ladder in range(LADDERS):
        rank = best_rank(b, ladder)
        while rank != 0:
            slot = level_at(b, ladder, rank).first
            while slot != 0:
                terms_at(b, count).listed_slot = slot
                count += 1
                slot = order_at(b, slot).later
            rank = next_worse(b, ladder, rank)
    pegged = _next_aside(b, chain_at(b, PEGS).first)
    for_the_close = _next_aside(b, chain_at(b, CLOSE_ORDERS).first)
    held = _next_aside(b, chain_at(b, HELD_ORDERS).first)
    while pegged + for_the_close + held != 0:
        slot = _earlier(b, _earlier(b, pegged, for_the_close), held)
        terms_at(b, count).listed_slot = slot
        count += 1
        following = _next_aside(b, terms_at(b, slot).chain_later)
        if slot == pegged:
            pegged = following
        elif slot == for_the_close:
            for_the_close = following
        else:
            held = following
    return count
