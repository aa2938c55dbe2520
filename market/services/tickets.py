"""What makes two tickets the same, and the answer to a ticket that was handed in before."""

import hashlib
from decimal import Decimal

from market.intake import EarlierUse
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from vocabulary.rejects import RejectReason

HASH_BYTES = 16


def place_hash(ticket: OrderTicket) -> bytes:
    """What a ticket to place says, without its ClOrdID, as sixteen bytes."""
    price = None if ticket.price is None else _exact(ticket.price)
    return _hash(
        "place", ticket.symbol, ticket.side.name, ticket.ord_type.name, ticket.time_in_force.name,
        _exact(ticket.order_qty), price,
    )  # fmt: skip


def replace_hash(ticket: ReplaceTicket) -> bytes:
    """What a ticket to replace says, without its ClOrdID, as sixteen bytes."""
    return _hash("replace", ticket.order_id, _exact(ticket.order_qty), _exact(ticket.price))


def earlier_receipt(use: EarlierUse, *, content_hash: bytes, order: OrderRecord | None) -> Receipt:
    """The answer to a ticket whose ClOrdID was used: the first answer again, or a reject if it differs."""
    if use.content_hash != content_hash:
        reason = RejectReason.CL_ORD_ID_REUSED
        return Receipt(None, reject=reason, reject_text=reason.sentence)
    return Receipt(order, replayed=True, reject=use.outcome, reject_text=use.outcome_text)


def _exact(value: Decimal) -> str:
    """The value with every digit that matters and no other: equal values read alike, and no others do."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _hash(*parts: object) -> bytes:
    return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=HASH_BYTES).digest()
