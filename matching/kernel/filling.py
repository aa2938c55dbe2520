"""One trade with one maker, and all that follows from it."""

from typing import Any

from matching.kernel.arrays import (
    ICEBERG,
    LINKED,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import close, links_after_trade
from matching.kernel.queues import (
    join_level,
    leave_level,
)
from matching.kernel.reports import tell_both
from matching.kernel.rows import level_at, order_at, terms_at
from matching.kernel.stops import note_print


@inlined_section
def shows(b: Any, slot: Any) -> Any:
    """What an order at rest shows of its leaves."""
    order = order_at(b, slot)
    return order.shown_qty_lots if order.flags & ICEBERG else order.leaves_qty_lots


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
