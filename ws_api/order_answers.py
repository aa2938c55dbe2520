"""What is said of an order that was asked for: taken on, or rejected by a rule of the market."""

from typing import Any, NamedTuple

from market.records import OrderRecord, Receipt
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason
from ws_api import order_words


class Answer(NamedTuple):
    """The type of a message, and what it says."""

    type: str
    body: dict[str, Any]


def of_receipt(receipt: Receipt, *, accepted_as: str) -> Answer:
    """The answer to a ticket: a message of the type ``accepted_as``, or a reject."""
    order, reject, text = receipt.order, receipt.reject, receipt.reject_text
    if order is not None and order.ord_status is OrdStatus.REJECTED:
        reject, text = order.reject_reason, order.reject_text
    if reject is not RejectReason.NONE:
        return of_reject(reject, text, order=order, replayed=receipt.replayed)
    assert order is not None, "an accepted ticket has an order"
    return Answer(accepted_as, {"replayed": receipt.replayed, "order": order_words.order(order)})


def of_cancel(order: OrderRecord) -> Answer:
    """The answer to a cancel that was taken on."""
    return Answer("canceling", {"order": order_words.order(order)})


def of_reject(reason: RejectReason, text: str, *, order: OrderRecord | None = None, replayed: bool = False) -> Answer:
    """A rule of the market that says no, of an order where there is one."""
    body = {
        "code": reason.code,
        "detail": text or reason.sentence,
        "replayed": replayed,
        "order": None if order is None else order_words.order(order),
    }
    return Answer("rejected", body)
