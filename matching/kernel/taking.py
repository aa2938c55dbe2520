"""Taking: what an aggressor trades with, in which order, and what remains of it."""

from typing import Any

from matching.kernel.arrays import (
    HAS_TERMS,
    ICEBERG,
    LINKED,
    NOWHERE,
    SPECIAL_MAKER,
)
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import close, end
from matching.kernel.filling import fill, shows
from matching.kernel.phases import enter_call, rest_in_call
from matching.kernel.pro_rata import prevent_self_trades_of_level, trade_pro_rata
from matching.kernel.queues import (
    best_rank,
    close_level,
    price_of,
    rest,
)
from matching.kernel.reach import band, can_trade_at_once, reach_of
from matching.kernel.reports import fill_in
from matching.kernel.rows import event_at, level_at, order_at, terms_at
from matching.kernel.self_trades import prevent_self_trade
from matching.kernel.stops import note_print
from matching.kernel.words import (
    BUY,
    CANCELED,
    FOK,
    IOC,
    MAKER,
    MARKET,
    NO_LIQUIDITY,
    NONE,
    NOT_FILLABLE,
    PRICE_TICKS_MAX,
    PRO_RATA,
    SELL,
    STOP,
    TAKER,
    TRADE,
    VOLATILITY_AUCTION,
    VOLATILITY_INTERRUPTION,
)


@inlined_section
def _trade_plainly(b: Any, slot: Any, contra: Any, rank: Any, price: Any, mode: Any) -> None:
    """Trade with the orders at the front of a level one by one, while they and the aggressor have nothing special."""
    order = order_at(b, slot)
    level = level_at(b, contra, rank)
    side = order.side
    maker_side = BUY + SELL - side
    order_id = order.order_id
    account_id = order.account_id
    order_price = order.price_ticks
    order_qty = order.order_qty_lots
    leaves = order.leaves_qty_lots
    hidden = 0
    display = terms_at(b, slot).display_qty_lots if order.flags & ICEBERG else 0
    phase = b.phase
    command_seq = b.command_seq
    event_seq = b.event_seq
    trade_seq = b.trade_seq
    row = b.written
    maker_slot = level.first
    while leaves > 0 and maker_slot != 0:
        maker = order_at(b, maker_slot)
        maker_account_id = maker.account_id
        if maker.flags & SPECIAL_MAKER or (mode != 0 and maker_account_id == account_id):
            break
        maker_id = maker.order_id
        maker_qty = maker.order_qty_lots
        maker_leaves = maker.leaves_qty_lots
        later = maker.later
        last_qty = min(leaves, maker_leaves)
        maker_leaves -= last_qty
        maker.leaves_qty_lots = maker_leaves
        level.qty_lots -= last_qty
        leaves -= last_qty
        if display != 0:
            hidden = max(0, leaves - display)
        trade_seq += 1
        fill_in(
            event_at(b, row), phase, command_seq, event_seq + 1, TRADE, NONE, maker_side, MAKER, maker_id,
            maker_account_id, price, maker_qty, maker_qty - maker_leaves, maker_leaves, price, last_qty, order_id,
            trade_seq, 0,
        )  # fmt: skip
        fill_in(
            event_at(b, row + 1), phase, command_seq, event_seq + 2, TRADE, NONE, side, TAKER, order_id, account_id,
            order_price, order_qty, order_qty - leaves, leaves, price, last_qty, maker_id, trade_seq, hidden,
        )  # fmt: skip
        event_seq += 2
        row += 2
        if maker_leaves == 0:
            level.order_count -= 1
            maker.ladder = NOWHERE
            close(b, maker_slot)
            maker_slot = later
        note_print(b, price)
    b.event_seq = event_seq
    b.trade_seq = trade_seq
    b.written = row
    level.first = maker_slot
    if maker_slot != 0:
        order_at(b, maker_slot).earlier = 0
    else:
        level.last = 0
        close_level(b, contra, rank)
    order.leaves_qty_lots = leaves
    if leaves == 0:
        close(b, slot)


@section
def _interrupt(b: Any, slot: Any, price: Any) -> None:
    """The next trade would be outside the band: the book goes to a volatility auction, and the aggressor with it."""
    enter_call(b, VOLATILITY_AUCTION, price)
    if order_at(b, slot).time_in_force in (IOC, FOK):
        end(b, slot, CANCELED, VOLATILITY_INTERRUPTION)
    else:
        rest_in_call(b, slot)


@section
def take(b: Any, slot: Any) -> None:
    """Let an order that stands nowhere trade as the aggressor, and deal with what remains of it."""
    order = order_at(b, slot)
    contra = 2 - order.side
    reach = reach_of(b, order.side, order.price_ticks)
    mode = 0
    if order.flags & HAS_TERMS:
        mode = terms_at(b, slot).self_trade_prevention
    if order.time_in_force == FOK and not can_trade_at_once(b, slot, order.leaves_qty_lots):
        end(b, slot, CANCELED, NOT_FILLABLE)
        return
    low, high = 1, PRICE_TICKS_MAX
    if b.static_band_bps + b.dynamic_band_bps > 0:
        low, high = band(b)
    while order.leaves_qty_lots > 0 and b.torn == 0:
        rank = best_rank(b, contra)
        if rank == 0 or rank > reach:
            break
        price = price_of(b, contra, rank)
        if price < low or price > high:
            _interrupt(b, slot, price)
            return
        maker_slot = level_at(b, contra, rank).first
        maker = order_at(b, maker_slot)
        if b.allocation == PRO_RATA:
            if mode != 0:
                prevent_self_trades_of_level(b, slot, contra, rank)
            if order.leaves_qty_lots > 0 and level_at(b, contra, rank).order_count > 0:
                trade_pro_rata(b, slot, contra, rank, price)
        elif mode != 0 and maker.account_id == order.account_id:
            prevent_self_trade(b, slot, maker_slot)
        elif maker.flags & SPECIAL_MAKER or order.flags & LINKED:
            fill(b, slot, maker_slot, min(order.leaves_qty_lots, shows(b, maker_slot)), price, True)
        else:
            _trade_plainly(b, slot, contra, rank, price, mode)
    if order.leaves_qty_lots > 0:
        if order.ord_type == MARKET or order.ord_type == STOP or order.time_in_force in (IOC, FOK):
            end(b, slot, CANCELED, NO_LIQUIDITY)
        else:
            rest(b, slot)
