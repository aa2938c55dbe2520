"""What became of an order, in one sentence for the person who placed it."""

from dataclasses import dataclass, replace

from market.records import OrderRecord
from vocabulary.orders import OrdStatus, Side
from vocabulary.rejects import RejectReason
from web.numbers import plain

WORDS_FOR_FIELDS = {
    "order_qty": "quantity",
    "display_qty": "the shown quantity",
    "min_qty": "the minimum quantity",
    "stop_px": "a stop price",
    "protection_px": "the worst price",
    "peg_offset_type": "the distance",
    "peg_offset": "the offset",
    "peg_price_type": "what it follows:",
    "ord_type": "the type",
    "POST_ONLY": "post only",
    "expire_time": "the time of expiry",
    "time_in_force": "time in force",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sentence and its tone, ``good``, ``info`` or ``bad``; with code and field where the exchange says no."""

    tone: str
    text: str
    code: str = ""
    field: str = ""


def outcome_of(order: OrderRecord, *, replayed: bool) -> Outcome:
    """What to tell the owner of an order that the exchange has taken on."""
    code = order.reject_reason.code if order.ord_status is OrdStatus.REJECTED else ""
    if replayed:
        said = f"This order was already submitted and was not placed twice. {_standing(order)}"
        return Outcome("info", said, code)
    if code:
        return Outcome("bad", in_words(order.reject_text or order.reject_reason.sentence), code)
    unfilled = order.ord_status in (OrdStatus.CANCELED, OrdStatus.EXPIRED)
    return Outcome("info" if unfilled else "good", _standing(order))


def outcome_of_package(outcome: Outcome, *, count: int) -> Outcome:
    """What to tell of the orders that were placed together with the one that the outcome is of."""
    others = "one more waits" if count == 2 else f"{count - 1} more wait"
    return outcome if outcome.code else replace(outcome, text=f"{outcome.text} With it {others}.")


def in_words(text: str) -> str:
    """The exchange's answer with the field names of programs put into a person's words."""
    for field, words in WORDS_FOR_FIELDS.items():
        text = text.replace(field, words)
    return text[:1].upper() + text[1:]


def _standing(order: OrderRecord) -> str:
    what = f"{plain(order.order_qty)} {order.symbol}"
    at = f" at {plain(order.avg_px)}" if order.avg_px is not None else ""
    done = "Bought" if order.side is Side.BUY else "Sold"
    verb = "buy" if order.side is Side.BUY else "sell"
    match order.ord_status:
        case OrdStatus.FILLED:
            return f"{done} {what}{at}."
        case OrdStatus.PARTIALLY_FILLED:
            rest = plain(order.leaves_qty)
            return f"{done} {plain(order.cum_qty)} of {what}{at}; {rest} wait in the book."
        case OrdStatus.NEW:
            limit = f" at {plain(order.price)}" if order.price is not None else ""
            return f"Placed: {verb} {what}{limit}. It waits in the book."
        case OrdStatus.PENDING_NEW:
            return f"Received: {verb} {what}. It will be matched in a moment."
        case _ if order.cum_qty:
            return f"{done} {plain(order.cum_qty)} of {what}{at}; the rest was canceled.{_why(order)}"
        case OrdStatus.REJECTED:
            return f"Rejected: {verb} {what}.{_why(order)}"
        case _:
            return f"Nothing was traded: the order to {verb} {what} was canceled.{_why(order)}"


def _why(order: OrderRecord) -> str:
    return "" if order.reject_reason is RejectReason.NONE else f" {order.reject_reason.sentence}"
