"""Self-trade prevention: an aggressor meets an order of its own account."""

from typing import Any

from matching.kernel.compiling import section
from matching.kernel.endings import end
from matching.kernel.queues import (
    reduce_in_place,
)
from matching.kernel.reports import tell
from matching.kernel.rows import order_at, terms_at
from matching.kernel.words import (
    CANCEL_AGGRESSIVE,
    CANCEL_BOTH,
    CANCEL_PASSIVE,
    CANCELED,
    RESTATED,
    SELF_TRADE,
)


@section
def _decrement(b: Any, slot: Any, quantity: Any) -> None:
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
        _decrement(b, maker_slot, quantity)
        if order_at(b, slot).leaves_qty_lots > 0:
            _decrement(b, slot, quantity)
