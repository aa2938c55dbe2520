"""Whether a book takes a new order or a replace: the rules in the order in which they are asked."""

from typing import Any

from matching.kernel.arrays import HAS_TRIGGERED, HELD, ICEBERG, LINKED, NOWHERE, OFFERS
from matching.kernel.compiling import inlined_section, section
from matching.kernel.ids import find
from matching.kernel.phases import collects
from matching.kernel.queues import best_rank, in_range, price_of
from matching.kernel.reach import could_trade
from matching.kernel.rows import order_at, says_terms, terms_at
from matching.kernel.words import (
    AT_THE_CLOSE,
    AT_THE_OPEN,
    BASIS_POINTS,
    BEST_OPPOSITE,
    BEST_OWN,
    BUY,
    CANCEL_BOTH,
    CLOSED,
    CONTINUOUS,
    DAY,
    DECREMENT_AND_CANCEL,
    DUPLICATE_ORDER,
    EXCHANGE_CLOSED,
    EXEC_INST_MAX,
    FOK,
    GTC,
    GTD,
    HALTED,
    ICEBERG_SLICES_MAX,
    INCORRECT_QUANTITY,
    INSTRUMENT_HALTED,
    INVALID_COMMAND,
    INVALID_TERMS,
    IOC,
    LADDER_LEVELS_MAX,
    LIMIT,
    MARKET,
    MID,
    NO_PRICE,
    NO_REFERENCE_PRICE,
    NONE,
    NOT_IN_THIS_PHASE,
    NOT_REPLACEABLE,
    ONE_CANCELS_THE_OTHER,
    ONE_TRIGGERS_THE_OTHER,
    OPENING_AUCTION,
    ORDER_QTY_LOTS_MAX,
    PEGGED,
    POST_ONLY,
    PRE_OPEN,
    PRICE_OUT_OF_RANGE,
    SELL,
    SLIDE,
    STOP,
    STOP_LIMIT,
    TICKS,
    TRAILING_BPS_MAX,
    TRAILING_STOP,
    UNKNOWN_LINK,
    WOULD_TRADE,
)


@inlined_section
def is_plain(command: Any) -> Any:
    """Whether a new order is a market or limit order without any further terms."""
    return command.ord_type <= LIMIT and command.contingency_type == 0 and not says_terms(command)


@section
def _is_understood(command: Any) -> Any:
    return (
        command.order_id >= 1
        and (command.side == BUY or command.side == SELL)
        and (MARKET <= command.ord_type <= STOP_LIMIT or command.ord_type == PEGGED)
        and DAY <= command.time_in_force <= AT_THE_CLOSE
        and command.time_in_force != 5
        and 0 <= command.exec_inst <= EXEC_INST_MAX
        and (0 <= command.self_trade_prevention <= CANCEL_BOTH or command.self_trade_prevention == DECREMENT_AND_CANCEL)
        and command.peg_price_type in (0, MID, BEST_OPPOSITE, BEST_OWN, TRAILING_STOP)
        and TICKS <= command.peg_offset_type <= BASIS_POINTS
        and 0 <= command.contingency_type <= ONE_TRIGGERS_THE_OTHER
    )


@inlined_section
def _refusal_of_phase(phase: Any) -> Any:
    if phase == CLOSED:
        return EXCHANGE_CLOSED
    return INSTRUMENT_HALTED if phase == HALTED else NONE


@inlined_section
def _price_is_refused(b: Any, ord_type: Any, price: Any) -> Any:
    if in_range(b, price):
        return False
    return price != NO_PRICE or ord_type == LIMIT or ord_type == STOP_LIMIT


@section
def _terms_go_together(command: Any) -> Any:
    """Whether an order's terms go together; each line is one rule."""
    ord_type = command.ord_type
    tif = command.time_in_force
    peg = command.peg_price_type
    is_stop = ord_type == STOP or ord_type == STOP_LIMIT
    is_pegged = ord_type == PEGGED
    stays = tif == DAY or tif == GTC or tif == GTD
    follows_best = peg == MID or peg == BEST_OPPOSITE or peg == BEST_OWN
    if not is_stop and command.stop_px_ticks != 0:
        return False
    if is_pegged != follows_best or (peg == TRAILING_STOP and ord_type != STOP):
        return False
    if not _offset_fits(command):
        return False
    if not stays and ord_type != MARKET and ord_type != LIMIT:
        return False
    if command.display_qty_lots != 0 and not (
        command.display_qty_lots >= 1
        and (ord_type == LIMIT or ord_type == STOP_LIMIT)
        and tif != IOC
        and tif != FOK
        and slices_are_few(command.order_qty_lots, command.display_qty_lots)
    ):
        return False
    if command.min_qty_lots != 0 and not (
        1 <= command.min_qty_lots <= command.order_qty_lots
        and ord_type <= LIMIT
        and (stays or tif == IOC)
        and not command.exec_inst & POST_ONLY
    ):
        return False
    if command.exec_inst & POST_ONLY and not (ord_type == LIMIT and stays):
        return False
    if command.exec_inst & SLIDE and not command.exec_inst & POST_ONLY:
        return False
    if command.expire_time_ns <= command.transact_time_ns if tif == GTD else command.expire_time_ns != 0:
        return False
    return _contingency_fits(command, stays)


@section
def _offset_fits(command: Any) -> Any:
    peg, offset, in_bps = command.peg_price_type, command.peg_offset, command.peg_offset_type == BASIS_POINTS
    if peg == 0:
        return offset == 0 and not in_bps
    if peg == TRAILING_STOP:
        return 1 <= offset <= (TRAILING_BPS_MAX if in_bps else LADDER_LEVELS_MAX)
    return not in_bps and -LADDER_LEVELS_MAX <= offset <= LADDER_LEVELS_MAX


@section
def _contingency_fits(command: Any, stays: Any) -> Any:
    contingency = command.contingency_type
    if contingency == 0:
        return command.linked_order_id == 0
    if command.linked_order_id < 1 or command.linked_order_id == command.order_id:
        return False
    if not stays or command.ord_type == PEGGED:
        return False
    if contingency == ONE_TRIGGERS_THE_OTHER:
        return command.min_qty_lots == 0 and not command.exec_inst & POST_ONLY
    return True


@inlined_section
def slices_are_few(order_qty: Any, display_qty: Any) -> Any:
    """Whether an iceberg would not be cut into too many slices."""
    return (order_qty + ICEBERG_SLICES_MAX - 1) // ICEBERG_SLICES_MAX <= display_qty


@section
def _link_is_refused(b: Any, command: Any) -> Any:
    """Whether the order that a linked one names is not one that it can be linked to."""
    slot = find(b, command.linked_order_id)
    if slot == 0 or order_at(b, slot).account_id != command.account_id or order_at(b, slot).ord_type == PEGGED:
        return True
    order = order_at(b, slot)
    if not order.flags & (LINKED | HELD):
        return command.contingency_type == ONE_CANCELS_THE_OTHER and order.side != command.side
    if command.contingency_type == ONE_CANCELS_THE_OTHER or order.flags & HELD:
        return True
    terms = terms_at(b, slot)
    if terms.contingency_type != 0 or terms.second_linked_order_id != 0:
        return True
    return order_at(b, find(b, terms.linked_order_id)).side != command.side


@section
def trailing_start(b: Any, command: Any) -> Any:
    """Where a trailing stop without a stop price starts: at its offset from the last price, else the reference."""
    price = b.last_px_ticks if b.last_px_ticks > 0 else b.reference_ticks
    offset = command.peg_offset
    if command.peg_offset_type == BASIS_POINTS:
        offset = max(1, price * offset // 10_000)
    return price + offset if command.side == BUY else price - offset


@section
def slid_price(b: Any, side: Any, price: Any) -> Any:
    """The price one tick short of the best price opposite, if the order could trade; else its own."""
    if not could_trade(b, side, price):
        return price
    ladder = 2 - side
    best = price_of(b, ladder, best_rank(b, ladder))
    return best - 1 if ladder == OFFERS else best + 1


@inlined_section
def refuse_plain(b: Any, command: Any, is_duplicate: Any) -> Any:
    """Why a plain new order is not taken, NONE when it is: the same rules as for every order, as far as they matter."""
    phase = b.phase
    tif = command.time_in_force
    if (
        command.order_id < 1
        or (command.side != BUY and command.side != SELL)
        or command.ord_type < MARKET
        or tif < DAY
        or tif > FOK
    ):
        return INVALID_COMMAND
    if phase != CONTINUOUS and _refusal_of_phase(phase) != NONE:
        return _refusal_of_phase(phase)
    if is_duplicate:
        return DUPLICATE_ORDER
    if _price_is_refused(b, command.ord_type, command.price_ticks):
        return PRICE_OUT_OF_RANGE
    if command.order_qty_lots < 1 or command.order_qty_lots > ORDER_QTY_LOTS_MAX:
        return INCORRECT_QUANTITY
    if phase != CONTINUOUS and collects(phase) and (tif == IOC or tif == FOK):
        return NOT_IN_THIS_PHASE
    if tif == AT_THE_OPEN and phase != PRE_OPEN and phase != OPENING_AUCTION:
        return NOT_IN_THIS_PHASE
    return NONE


@section
def refuse_new(b: Any, command: Any, is_duplicate: Any) -> Any:
    """Why a new order is not taken, NONE when it is. A link and a price that slides are looked at later."""
    phase = b.phase
    ord_type = command.ord_type
    is_stop = ord_type == STOP or ord_type == STOP_LIMIT
    if not _is_understood(command):
        return INVALID_COMMAND
    if _refusal_of_phase(phase) != NONE:
        return _refusal_of_phase(phase)
    if is_duplicate:
        return DUPLICATE_ORDER
    if _price_is_refused(b, ord_type, command.price_ticks):
        return PRICE_OUT_OF_RANGE
    may_start_anywhere = ord_type == STOP and command.peg_price_type == TRAILING_STOP and command.stop_px_ticks == 0
    if is_stop and not may_start_anywhere and not in_range(b, command.stop_px_ticks):
        return PRICE_OUT_OF_RANGE
    if command.order_qty_lots < 1 or command.order_qty_lots > ORDER_QTY_LOTS_MAX:
        return INCORRECT_QUANTITY
    if not _terms_go_together(command):
        return INVALID_TERMS
    tif = command.time_in_force
    if collects(phase) and (tif == IOC or tif == FOK or command.min_qty_lots > 0 or ord_type == PEGGED):
        return NOT_IN_THIS_PHASE
    if tif == AT_THE_OPEN and phase != PRE_OPEN and phase != OPENING_AUCTION:
        return NOT_IN_THIS_PHASE
    if command.contingency_type != 0 and _link_is_refused(b, command):
        return UNKNOWN_LINK
    if may_start_anywhere:
        if b.last_px_ticks == 0 and b.reference_ticks == 0:
            return NO_REFERENCE_PRICE
        if not in_range(b, trailing_start(b, command)):
            return PRICE_OUT_OF_RANGE
    return _refusal_to_trade(b, command.side, command.price_ticks, command.exec_inst)


@section
def _refusal_to_trade(b: Any, side: Any, price: Any, exec_inst: Any) -> Any:
    if not exec_inst & POST_ONLY or b.phase != CONTINUOUS:
        return NONE
    slid = slid_price(b, side, price)
    if slid == price or (exec_inst & SLIDE and in_range(b, slid)):
        return NONE
    return WOULD_TRADE


@inlined_section
def waits_for_stop(b: Any, slot: Any) -> Any:
    """Whether an order is a stop that has not been triggered."""
    order = order_at(b, slot)
    return (order.ord_type == STOP or order.ord_type == STOP_LIMIT) and not order.flags & HAS_TRIGGERED


@section
def refuse_replace(b: Any, slot: Any, command: Any) -> Any:
    """Why an order's new terms are not taken, NONE when they are."""
    order = order_at(b, slot)
    refusal = _refusal_of_phase(b.phase)
    if refusal != NONE:
        return refusal
    if _price_is_refused(b, order.ord_type, command.price_ticks):
        return PRICE_OUT_OF_RANGE
    stop_px = command.stop_px_ticks
    may_move_stop = False
    if order.flags != 0 and waits_for_stop(b, slot):
        may_move_stop = terms_at(b, slot).peg_price_type != TRAILING_STOP
    if may_move_stop and stop_px != 0 and not in_range(b, stop_px):
        return PRICE_OUT_OF_RANGE
    if command.order_qty_lots < 1 or command.order_qty_lots > ORDER_QTY_LOTS_MAX:
        return INCORRECT_QUANTITY
    if command.order_qty_lots <= order.order_qty_lots - order.leaves_qty_lots:
        return NOT_REPLACEABLE
    if not may_move_stop and stop_px != 0:
        return INVALID_TERMS
    if order.flags == 0:
        return NONE
    if order.flags & ICEBERG and not slices_are_few(command.order_qty_lots, terms_at(b, slot).display_qty_lots):
        return INVALID_TERMS
    if order.ladder != NOWHERE:
        return _refusal_to_trade(b, order.side, command.price_ticks, terms_at(b, slot).exec_inst)
    return NONE
