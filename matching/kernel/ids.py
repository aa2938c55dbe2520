"""Orders by their ids.

Ids that belong to one entry of the index are chained through the orders' own rows, which are read anyway. With four
entries or more an order few share one, so that entering and forgetting an order hardly ever searches.
"""

from typing import Any

import numpy as np

from matching.kernel.compiling import entrance, inlined_section
from matching.kernel.rows import book_row, entry_at, fixed_index_shift, order_at

SPREAD = np.uint64(0x9E3779B97F4A7C15)


@inlined_section
def place_of(b: Any, order_id: Any) -> Any:
    """Where an order id belongs in an index of 2 ** (64 - shift) entries."""
    return np.int64((np.uint64(order_id) * SPREAD) >> np.uint64(fixed_index_shift(b)))


@inlined_section
def _entry_of(b: Any, order_id: Any) -> Any:
    return entry_at(b, place_of(b, order_id))


@inlined_section
def find(b: Any, order_id: Any) -> Any:
    """The slot of the open order with this id, 0 when there is none."""
    slot = _entry_of(b, order_id).slot
    while slot != 0 and order_at(b, slot).order_id != order_id:
        slot = order_at(b, slot).namesake
    if slot != 0 and order_at(b, slot).leaves_qty_lots == 0:
        return 0  # closed by the command at hand
    return slot


@inlined_section
def enter(b: Any, slot: Any, order_id: Any) -> None:
    """Make an order known by its id."""
    entry = _entry_of(b, order_id)
    order_at(b, slot).namesake = entry.slot
    entry.slot = slot


@inlined_section
def forget(b: Any, slot: Any) -> None:
    """Take an order's id out."""
    order = order_at(b, slot)
    entry = _entry_of(b, order.order_id)
    if entry.slot == slot:
        entry.slot = order.namesake
        return
    holder = order_at(b, entry.slot)
    while holder.namesake != slot and b.torn == 0:
        holder = order_at(b, holder.namesake)
    holder.namesake = order.namesake


@inlined_section
def free(b: Any, slot: Any) -> None:
    """Let another order have the slot of one that is closed and forgotten."""
    order_at(b, slot).later = b.free_slot
    b.free_slot = slot
    b.open_orders -= 1


@inlined_section
def forget_closed(b: Any) -> None:
    """Free the ids and the slots of the orders that the command has closed."""
    slot = b.closed_slot
    while slot != 0 and b.torn == 0:
        later = order_at(b, slot).later
        if order_at(b, slot).order_id != 0:
            forget(b, slot)
        free(b, slot)
        slot = later
    b.closed_slot = 0


@entrance
def index_orders(address: Any) -> None:
    """Enter every open order into an index that is empty."""
    b = book_row(address, 0)
    for slot in range(1, b.slots_used + 1):
        if order_at(b, slot).leaves_qty_lots > 0:
            enter(b, slot, order_at(b, slot).order_id)
