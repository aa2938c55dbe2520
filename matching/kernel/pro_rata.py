"""Pro-rata: the orders at a price share what an aggressor brings."""

from typing import Any

from matching.kernel.arrays import (
    ICEBERG,
    LINKED,
)
from matching.kernel.compiling import section
from matching.kernel.filling import fill, shows
from matching.kernel.queues import (
    join_level,
    leave_level,
)
from matching.kernel.rows import level_at, level_terms_at, order_at, terms_at
from matching.kernel.self_trades import prevent_self_trade


@section
def prevent_self_trades_of_level(b: Any, slot: Any, contra: Any, rank: Any) -> None:
    """Under pro-rata: deal with the aggressor's own orders at a price before it is shared out."""
    account_id = order_at(b, slot).account_id
    maker_slot = level_at(b, contra, rank).first
    while maker_slot != 0 and order_at(b, slot).leaves_qty_lots > 0:
        later = order_at(b, maker_slot).later
        if order_at(b, maker_slot).account_id == account_id:
            # A partner that goes with it may be the next one.
            is_linked = order_at(b, maker_slot).flags & LINKED
            prevent_self_trade(b, slot, maker_slot)
            later = level_at(b, contra, rank).first if is_linked else later
        maker_slot = later


@section
def trade_pro_rata(b: Any, slot: Any, contra: Any, rank: Any, price: Any) -> None:
    """One round at a price: each order its share of what the aggressor brings, the rest by time."""
    level = level_at(b, contra, rank)
    shown = level.qty_lots - level_terms_at(b, contra, rank).hidden_qty_lots
    quantity = order_at(b, slot).leaves_qty_lots
    takes_all = quantity >= shown
    rest_of_round = 0
    if not takes_all:
        rest_of_round = quantity
        maker_slot = level.first
        while maker_slot != 0:
            rest_of_round -= quantity * shows(b, maker_slot) // shown
            maker_slot = order_at(b, maker_slot).later
    maker_slot = level.first
    while maker_slot != 0:
        showing = shows(b, maker_slot)
        share = showing
        if not takes_all:
            share = quantity * showing // shown
            extra = min(rest_of_round, showing - share)
            rest_of_round -= extra
            share += extra
        terms_at(b, maker_slot).counted_at = share
        maker_slot = order_at(b, maker_slot).later
    maker_slot = level.first
    while maker_slot != 0 and order_at(b, slot).leaves_qty_lots > 0:
        share = terms_at(b, maker_slot).counted_at
        terms_at(b, maker_slot).counted_at = 0
        later = order_at(b, maker_slot).later
        if share > 0:
            is_linked = (order_at(b, maker_slot).flags | order_at(b, slot).flags) & LINKED
            fill(b, slot, maker_slot, share, price, False)
            if is_linked:
                later = _next_with_share(b, contra, rank)
        maker_slot = later
    if level_at(b, contra, rank).order_count != 0:
        _reload_level(b, contra, rank)


@section
def _next_with_share(b: Any, contra: Any, rank: Any) -> Any:
    """The first order of a level that is still to trade its share."""
    if level_at(b, contra, rank).order_count == 0:
        return 0
    slot = level_at(b, contra, rank).first
    while slot != 0 and terms_at(b, slot).counted_at == 0:
        slot = order_at(b, slot).later
    return slot


@section
def _reload_level(b: Any, contra: Any, rank: Any) -> None:
    """Let the icebergs that have traded all they showed go to the end of the queue, and show anew."""
    last_slot = level_at(b, contra, rank).last
    slot = level_at(b, contra, rank).first
    while slot != 0:
        later = 0 if slot == last_slot else order_at(b, slot).later
        order = order_at(b, slot)
        if order.flags & ICEBERG and order.shown_qty_lots == 0:
            leave_level(b, slot)
            order.shown_qty_lots = min(terms_at(b, slot).display_qty_lots, order.leaves_qty_lots)
            join_level(b, slot, contra, rank)
        slot = later
