"""What would have been right: what the exchange's own sentence leaves to be worked out."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from terminal.client import Client
from terminal.records import Instrument, Ticket
from terminal.refusals import Refusal, Refused
from vocabulary.rejects import RejectReason

_OFF_TICK = RejectReason.INVALID_PRICE_INCREMENT.code
_OFF_LOT = RejectReason.INCORRECT_QUANTITY.code
_HALTED = RejectReason.INSTRUMENT_HALTED.code


async def hint_for(refusal: Refusal, *, ticket: Ticket, client: Client) -> str:
    """A sentence on how to do better; empty when there is none to give."""
    if refusal.is_outcome_unknown:
        return f"If it is not known what became of the order, send it again with --cl-ord-id {ticket.cl_ord_id}."
    if refusal.code not in (_OFF_TICK, _OFF_LOT, _HALTED):
        return ""
    try:
        instrument = await client.instrument(ticket.symbol)
    except Refused:
        return ""
    return _by_the_rules(refusal, ticket=ticket, instrument=instrument)


def _by_the_rules(refusal: Refusal, *, ticket: Ticket, instrument: Instrument) -> str:
    if refusal.code == _OFF_TICK:
        return _neighbours(ticket.price, step=instrument.tick_size)
    if refusal.code == _OFF_LOT:
        return _neighbours(ticket.order_qty, step=instrument.lot_size)
    reason = instrument.phase_reason
    return f"The reason: {reason}." if reason and reason not in refusal.detail else ""


def _neighbours(text: str | None, *, step: Decimal) -> str:
    """The multiples of a step on both sides of what was typed."""
    try:
        steps = Decimal(text or "") / step
        below, above = (steps.to_integral_value(rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
    except InvalidOperation:
        return ""
    around = [f"{count * step:f}" for count in dict.fromkeys((below, above)) if count > 0]
    return f"{' or '.join(around)} would do." if around else ""
