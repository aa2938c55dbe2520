"""Which terms go together, and what each trading phase takes: the core's rules as intake sees them beforehand. Pure.

The core judges last; here a reject gets a sentence that names the field.
"""

from collections.abc import Callable
from datetime import datetime

from market.records import OrderTicket
from market.refusal import Refusal
from market.rows import ListedInstrument
from vocabulary import limits
from vocabulary.orders import (
    PRICED_TYPES,
    UNPRICED_TYPES,
    ContingencyType,
    ExecInst,
    OrdType,
    PegOffsetType,
    PegPriceType,
    Side,
    TimeInForce,
)
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

RESTING = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
AT_ONCE_OR_AUCTION = (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_THE_OPEN, TimeInForce.AT_THE_CLOSE)
PEGS = (PegPriceType.MID, PegPriceType.MARKET, PegPriceType.PRIMARY)
OPENING_PHASES = (TradingPhase.PRE_OPEN, TradingPhase.OPENING_AUCTION)


def check_terms(ticket: OrderTicket, *, now: datetime) -> Refusal | None:
    """Why a ticket's terms do not go together, whatever the instrument; None when they do."""
    for check in CHECKS:
        text = check(ticket)
        if text:
            return Refusal(RejectReason.INVALID_TERMS, text)
    if ticket.expire_time is not None and ticket.expire_time <= now:
        return Refusal(RejectReason.INVALID_TERMS, "expire_time must lie in the future.")
    return None


def check_phase(instrument: ListedInstrument) -> Refusal | None:
    """A refusal when the instrument takes neither orders nor replacements; it gives the halt's reason."""
    if instrument.phase not in (TradingPhase.HALTED, TradingPhase.CLOSED):
        return None
    cause = f": {instrument.phase_reason}" if instrument.phase_reason else ""
    if instrument.phase is TradingPhase.HALTED:
        return Refusal(
            RejectReason.INSTRUMENT_HALTED, f"Trading in {instrument.symbol} is halted{cause}. Cancels are accepted."
        )
    return Refusal(
        RejectReason.EXCHANGE_CLOSED, f"{instrument.symbol} is closed for trading{cause}. Cancels are accepted."
    )


def check_phase_takes(ticket: OrderTicket, *, instrument: ListedInstrument) -> Refusal | None:
    """A refusal when the instrument's phase does not take such an order."""
    phase = instrument.phase
    unwanted = ""
    if ticket.time_in_force is TimeInForce.AT_THE_OPEN and phase not in OPENING_PHASES:
        unwanted = "time_in_force AT_THE_OPEN"
    elif phase.collects:
        if ticket.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            unwanted = f"time_in_force {ticket.time_in_force.name}"
        elif ticket.ord_type is OrdType.PEGGED:
            unwanted = "ord_type PEGGED"
        elif ticket.min_qty is not None:
            unwanted = "min_qty"
    if not unwanted:
        return None
    return Refusal(
        RejectReason.NOT_IN_THIS_PHASE, f"{instrument.symbol} is in {phase.name}, which does not take {unwanted}."
    )


def _stop(ticket: OrderTicket) -> str:
    if ticket.stop_px is not None and not ticket.ord_type.is_stop:
        return "stop_px is for STOP and STOP_LIMIT orders."
    if ticket.stop_px is None and ticket.ord_type.is_stop and ticket.peg_price_type is not PegPriceType.TRAILING_STOP:
        return f"A {ticket.ord_type.name} order needs stop_px."
    return ""


def _protection(ticket: OrderTicket) -> str:
    if ticket.protection_px is not None and ticket.ord_type not in UNPRICED_TYPES:
        return "protection_px is for MARKET and STOP orders; the others name their price."
    return ""


def _peg(ticket: OrderTicket) -> str:
    peg, is_pegged = ticket.peg_price_type, ticket.ord_type is OrdType.PEGGED
    if is_pegged and peg not in PEGS:
        return "A PEGGED order needs peg_price_type MID, MARKET or PRIMARY."
    if peg in PEGS and not is_pegged:
        return f"peg_price_type {peg.name} is for PEGGED orders."
    if peg is PegPriceType.TRAILING_STOP and ticket.ord_type is not OrdType.STOP:
        return "peg_price_type TRAILING_STOP is for STOP orders."
    if peg is PegPriceType.NONE and ticket.peg_offset is not None:
        return "peg_offset needs peg_price_type."
    if ticket.peg_offset_type is not PegOffsetType.TICKS and peg is not PegPriceType.TRAILING_STOP:
        return f"peg_offset_type {ticket.peg_offset_type.name} is for trailing stops."
    if peg is PegPriceType.TRAILING_STOP and ticket.peg_offset is None:
        return "A trailing stop needs peg_offset."
    return ""


def _time_in_force(ticket: OrderTicket) -> str:
    if ticket.time_in_force in AT_ONCE_OR_AUCTION and ticket.ord_type not in (OrdType.MARKET, OrdType.LIMIT):
        return f"time_in_force {ticket.time_in_force.name} is for MARKET and LIMIT orders."
    if ticket.time_in_force is TimeInForce.GTD and ticket.expire_time is None:
        return "A GTD order needs expire_time."
    if ticket.time_in_force is not TimeInForce.GTD and ticket.expire_time is not None:
        return "expire_time is for GTD orders."
    return ""


def _display(ticket: OrderTicket) -> str:
    if ticket.display_qty is None:
        return ""
    if ticket.ord_type not in PRICED_TYPES:
        return "display_qty is for LIMIT and STOP_LIMIT orders."
    if ticket.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
        return f"display_qty does not go with {ticket.time_in_force.name}, which never rests."
    if ticket.order_qty > ticket.display_qty * limits.ICEBERG_SLICES_MAX:
        return f"display_qty must be at least a {limits.ICEBERG_SLICES_MAX}th part of order_qty."
    return ""


def _minimum(ticket: OrderTicket) -> str:
    if ticket.min_qty is None:
        return ""
    if ticket.ord_type not in (OrdType.MARKET, OrdType.LIMIT):
        return "min_qty is for MARKET and LIMIT orders."
    if ticket.time_in_force not in (*RESTING, TimeInForce.IOC):
        return f"min_qty does not go with {ticket.time_in_force.name}."
    if ticket.min_qty > ticket.order_qty:
        return "min_qty must not be above order_qty."
    return ""


def _handling(ticket: OrderTicket) -> str:
    is_post_only = ExecInst.POST_ONLY in ticket.exec_inst
    if ExecInst.SLIDE in ticket.exec_inst and not is_post_only:
        return "SLIDE needs POST_ONLY."
    if not is_post_only:
        return ""
    if ticket.ord_type is not OrdType.LIMIT or ticket.time_in_force not in RESTING:
        return "POST_ONLY is for LIMIT orders with DAY, GTC or GTD."
    if ticket.min_qty is not None:
        return "min_qty does not go with POST_ONLY."
    return ""


def _contingency(ticket: OrderTicket) -> str:
    kind = ticket.contingency_type
    if kind is ContingencyType.NONE:
        return "" if ticket.linked_cl_ord_id is None else "linked_cl_ord_id needs contingency_type."
    if ticket.linked_cl_ord_id is None:
        return f"contingency_type {kind.name} needs linked_cl_ord_id."
    if ticket.linked_cl_ord_id == ticket.cl_ord_id:
        return "linked_cl_ord_id must name another order."
    if ticket.time_in_force not in RESTING or ticket.ord_type is OrdType.PEGGED:
        return f"contingency_type {kind.name} is for orders with DAY, GTC or GTD that are not PEGGED."
    if kind is ContingencyType.ONE_TRIGGERS_THE_OTHER:
        if ticket.min_qty is not None:
            return "min_qty does not go with ONE_TRIGGERS_THE_OTHER."
        if ExecInst.POST_ONLY in ticket.exec_inst:
            return "POST_ONLY does not go with ONE_TRIGGERS_THE_OTHER."
    return ""


CHECKS: tuple[Callable[[OrderTicket], str], ...] = (
    _stop,
    _protection,
    _peg,
    _time_in_force,
    _display,
    _minimum,
    _handling,
    _contingency,
)


def trail(side: Side, *, start_ticks: int, offset: int, offset_type: PegOffsetType) -> int:
    """Where a trailing stop stands when the market is at a price, as the core finds it."""
    is_bps = offset_type is PegOffsetType.BASIS_POINTS
    distance = max(1, start_ticks * offset // 10_000) if is_bps else offset
    return start_ticks + distance if side is Side.BUY else start_ticks - distance
