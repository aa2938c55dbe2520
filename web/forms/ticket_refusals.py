"""Where on the ticket the exchange's refusal belongs, and its words."""

import re
from typing import NamedTuple

from market.errors import MarketError
from market.records import OrderPreview, Receipt
from vocabulary.rejects import RejectReason
from web import sentences

FIELD_OF_REJECT = {
    RejectReason.INVALID_PRICE_INCREMENT: "price",
    RejectReason.PRICE_EXCEEDS_BAND: "price",
    RejectReason.PRICE_OUT_OF_RANGE: "price",
    RejectReason.INCORRECT_QUANTITY: "order_qty",
    RejectReason.ORDER_EXCEEDS_LIMIT: "order_qty",
    RejectReason.ORDER_QTY_LIMIT: "order_qty",
    RejectReason.ORDER_VALUE_LIMIT: "order_qty",
    RejectReason.UNEXECUTED_VALUE_LIMIT: "order_qty",
    RejectReason.POSITION_LIMIT: "order_qty",
    RejectReason.LEVERAGE_LIMIT: "order_qty",
    RejectReason.INSUFFICIENT_BUYING_POWER: "order_qty",
    RejectReason.INSUFFICIENT_POSITION: "order_qty",
    RejectReason.OPTION_NOT_COVERED: "order_qty",
    RejectReason.UNKNOWN_ACCOUNT: "account",
}
# Which terms are wrong is said in the sentence alone: the field that it names first is at fault.
NAMED = re.compile(
    r"\b(stop_px|protection_px|display_qty|min_qty|peg_offset|peg_price_type|expire_time|time_in_force|POST_ONLY|SLIDE)\b"
)
FIELD_OF_WORD = {"POST_ONLY": "post_only", "SLIDE": "slide"}
OF_ANOTHER_ORDER = re.compile(r"\S+-(?P<leg>profit|stop): (?P<text>.+)")
FIELD_OF_LEG = {"profit": "take_profit_px", "stop": "stop_px"}
FIELD_OF_ORDER = {"entry": "price", "take_profit": "take_profit_px", "stop_loss": "stop_px"}


class TicketRefusal(NamedTuple):
    """A refusal as the ticket shows it: its sentence, its code, and the field beside which it stands, if any."""

    text: str
    code: str
    field: str | None


def of_receipts(receipts: list[Receipt], *, kind: str) -> TicketRefusal | None:
    """The refusal of the first order that was not taken on; None when all were."""
    refused = next((receipt for receipt in receipts if not receipt.is_accepted or receipt.order is None), None)
    return None if refused is None else of_reject(refused.reject, refused.reject_text, kind=kind)


def of_preview(preview: OrderPreview, *, kind: str) -> TicketRefusal | None:
    """The refusal that placing the order would meet; None when it would be taken on."""
    if preview.reject is RejectReason.NONE:
        return None
    return of_reject(preview.reject, preview.reject_text, kind=kind)


def of_error(error: MarketError) -> TicketRefusal:
    """An error of the exchange as the ticket shows it."""
    field = FIELD_OF_ORDER.get(error.field or "", error.field)
    return TicketRefusal(sentences.in_words(error.detail), error.code, field)


def of_reject(reject: RejectReason, text: str, *, kind: str) -> TicketRefusal:
    """A reject on a ticket of this type; of a package's other order it stands beside that one's price."""
    of_other = OF_ANOTHER_ORDER.fullmatch(text)
    said = of_other["text"] if of_other else text or reject.sentence
    named = NAMED.search(said)
    field = FIELD_OF_WORD.get(named[1], named[1]) if named else FIELD_OF_REJECT.get(reject)
    if field == "peg_offset" and kind == "TRAILING_STOP":
        field = "trail_by"
    if of_other and field == "price":
        field = FIELD_OF_LEG[of_other["leg"]]
    return TicketRefusal(sentences.in_words(said), reject.code, field)
