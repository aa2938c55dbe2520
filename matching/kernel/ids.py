"""Orders by their ids: open addressing, linear probing, deletion by shifting back, at most half full."""

from typing import Any

import numpy as np

from matching.kernel.compiling import entrance, inlined_section
from matching.kernel.rows import book_row, entry_at, fixed_index_mask, fixed_index_shift, order_at

SPREAD = np.uint64(0x9E3779B97F4A7C15)


@inlined_section
def home(order_id: Any, shift: Any) -> Any:
    """Where an order id belongs in an index of 2 ** (64 - shift) entries."""
    return np.int64((np.uint64(order_id) * SPREAD) >> np.uint64(shift))


@inlined_section
def find(b: Any, order_id: Any) -> Any:
    """The slot of the open order with this id, 0 when there is none."""
    mask = fixed_index_mask(b)
    probe = home(order_id, fixed_index_shift(b))
    while entry_at(b, probe).slot != 0 and entry_at(b, probe).order_id != order_id:
        probe = (probe + 1) & mask
    slot = entry_at(b, probe).slot
    if slot != 0 and order_at(b, slot).leaves_qty_lots == 0:
        return 0  # closed by the command at hand
    return slot


@inlined_section
def enter(b: Any, slot: Any) -> None:
    """Make an order known by its id."""
    order_id = order_at(b, slot).order_id
    mask = fixed_index_mask(b)
    probe = home(order_id, fixed_index_shift(b))
    while entry_at(b, probe).slot != 0:
        probe = (probe + 1) & mask
    entry_at(b, probe).order_id = order_id
    entry_at(b, probe).slot = slot


@inlined_section
def forget(b: Any, slot: Any) -> None:
    """Take an order's id out without leaving a tombstone."""
    mask = fixed_index_mask(b)
    shift = fixed_index_shift(b)
    hole = home(order_at(b, slot).order_id, shift)
    while entry_at(b, hole).slot != slot and b.torn == 0:
        hole = (hole + 1) & mask
    probe = (hole + 1) & mask
    while entry_at(b, probe).slot != 0:
        belongs = home(entry_at(b, probe).order_id, shift)
        if ((probe - belongs) & mask) >= ((probe - hole) & mask):
            entry_at(b, hole).order_id = entry_at(b, probe).order_id
            entry_at(b, hole).slot = entry_at(b, probe).slot
            hole = probe
        probe = (probe + 1) & mask
    entry_at(b, hole).slot = 0


@inlined_section
def forget_closed(b: Any) -> None:
    """Free the ids and the slots of the orders that the command has closed."""
    slot = b.closed_slot
    while slot != 0 and b.torn == 0:
        forget(b, slot)
        order = order_at(b, slot)
        later = order.later
        order.later = b.free_slot
        b.free_slot = slot
        b.open_orders -= 1
        slot = later
    b.closed_slot = 0


@entrance
def index_orders(address: Any) -> None:
    """Enter every open order into an index that is empty."""
    b = book_row(address, 0)
    for slot in range(1, b.slots_used + 1):
        if order_at(b, slot).leaves_qty_lots > 0:
            enter(b, slot)
