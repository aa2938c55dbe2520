"""Writing events."""

from typing import Any

from matching.kernel.arrays import (
    CALL_ONLY,
    CLOSE_ORDERS,
    FOR_THE_CLOSE,
    HAS_TRIGGERED,
    HEAD_SHIFTS,
    HELD,
    ICEBERG,
    NOWHERE,
    PEG,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.rows import event_at, order_at, terms_at
from matching.kernel.words import (
    CONTINUOUS,
    MAKER,
    NO_PRICE,
    NONE,
    STOP,
    STOP_LIMIT,
    TAKER,
    TRADE,
    UNKNOWN_ORDER,
)

_, REASON, SIDE, LIQUIDITY, PHASE = HEAD_SHIFTS
HALF_WORD, BYTE = 0xFFFF, 0xFF


@inlined_section
def fill_in(
    event: Any,
    phase: Any,
    command_seq: Any,
    event_seq: Any,
    kind: Any,
    reason: Any,
    side: Any,
    liquidity: Any,
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
    hidden_qty: Any,
) -> None:
    """Fill in every field of an event."""
    event.head = (
        (kind & HALF_WORD)
        | (reason & HALF_WORD) << REASON
        | (side & HALF_WORD) << SIDE
        | (liquidity & BYTE) << LIQUIDITY
        | phase << PHASE
    )
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
    event.hidden_qty_lots = hidden_qty


@inlined_section
def write(
    b: Any,
    kind: Any,
    reason: Any,
    side: Any,
    liquidity: Any,
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
    hidden_qty: Any,
) -> None:
    """Write one event and give it its number."""
    event_seq = b.event_seq + 1
    fill_in(
        event_at(b, b.written), b.phase, b.command_seq, event_seq, kind, reason, side, liquidity, order_id, account_id,
        price_ticks, order_qty, cum_qty, leaves_qty, last_px, last_qty, contra_order_id, trade_seq, hidden_qty,
    )  # fmt: skip
    b.event_seq = event_seq
    b.written += 1


@section
def hidden_qty(b: Any, slot: Any) -> Any:
    """The part of an order's leaves that no depth shows."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    flags = order.flags
    if flags & HELD or (order.ord_type in (STOP, STOP_LIMIT) and not flags & HAS_TRIGGERED):
        return leaves
    if flags & FOR_THE_CLOSE and terms_at(b, slot).chain == CLOSE_ORDERS:
        return leaves
    if order.price_ticks == NO_PRICE and (flags & PEG or b.phase != CONTINUOUS or order.ladder != NOWHERE):
        return leaves
    if flags & ICEBERG:
        shown = order.shown_qty_lots
        if order.ladder == NOWHERE or shown == 0:  # it is about to show anew
            shown = terms_at(b, slot).display_qty_lots
        return leaves - min(shown, leaves)
    return 0


@inlined_section
def tell(b: Any, slot: Any, kind: Any, reason: Any) -> None:
    """Report where an open order stands now."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    hidden = 0
    if order.flags != 0 or order.price_ticks == NO_PRICE:
        hidden = hidden_qty(b, slot)
    write(
        b, kind, reason, order.side, 0, order.order_id, order.account_id, order.price_ticks, order.order_qty_lots,
        order.order_qty_lots - leaves, leaves, 0, 0, 0, 0, hidden,
    )  # fmt: skip


@section
def tell_refused(b: Any, slot: Any, kind: Any, reason: Any) -> None:
    """Report that an amendment was refused, with the order as it is."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    write(
        b, kind, reason, order.side, 0, order.order_id, order.account_id, order.price_ticks, order.order_qty_lots,
        order.order_qty_lots - leaves, leaves, 0, 0, 0, 0, 0,
    )  # fmt: skip


@inlined_section
def tell_closed(b: Any, slot: Any, kind: Any, reason: Any, leaves_before: Any) -> None:
    """Report that an order has ended, with what was done of it before."""
    order = order_at(b, slot)
    write(
        b, kind, reason, order.side, 0, order.order_id, order.account_id, order.price_ticks, order.order_qty_lots,
        order.order_qty_lots - leaves_before, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


@section
def tell_unknown(b: Any, kind: Any, order_id: Any, account_id: Any) -> None:
    """Report that an amendment names no open order of its account."""
    write(b, kind, UNKNOWN_ORDER, 0, 0, order_id, account_id, NO_PRICE, 0, 0, 0, 0, 0, 0, 0, 0)


@section
def tell_rejected(b: Any, command: Any, kind: Any, reason: Any) -> None:
    """Report a reject, echoing what the command said."""
    write(
        b, kind, reason, command.side, 0, command.order_id, command.account_id, command.price_ticks,
        command.order_qty_lots, 0, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


@section
def tell_book(b: Any, kind: Any, price_ticks: Any, last_qty: Any) -> None:
    """Report something about the book itself."""
    write(b, kind, NONE, 0, 0, 0, 0, price_ticks, 0, 0, 0, 0, last_qty, 0, 0, 0)


@section
def tell_trade(
    b: Any, slot: Any, contra_slot: Any, liquidity: Any, price_ticks: Any, last_px: Any, last_qty: Any
) -> None:
    """Report one side of a trade; the book's ``trade_seq`` is the trade's."""
    order = order_at(b, slot)
    leaves = order.leaves_qty_lots
    hidden = 0
    if leaves != 0 and (order.flags & (ICEBERG | CALL_ONLY) or order.price_ticks == NO_PRICE):
        hidden = hidden_qty(b, slot)
    write(
        b, TRADE, NONE, order.side, liquidity, order.order_id, order.account_id, price_ticks, order.order_qty_lots,
        order.order_qty_lots - leaves, leaves, last_px, last_qty, order_at(b, contra_slot).order_id,
        b.trade_seq, hidden,
    )  # fmt: skip


@section
def tell_both(b: Any, maker_slot: Any, taker_slot: Any, last_px: Any, last_qty: Any) -> None:
    """Report a trade to its maker, then to its taker."""
    tell_trade(b, maker_slot, taker_slot, MAKER, last_px, last_px, last_qty)
    tell_trade(b, taker_slot, maker_slot, TAKER, order_at(b, taker_slot).price_ticks, last_px, last_qty)
