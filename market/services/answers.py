"""What the tickets of a request are answered: from what was just written down, or from what an earlier request left."""

from datetime import datetime

from market import order_records
from market.command_terms import ORDER_FIELDS, WrittenTerms
from market.intake import EarlierUse, Key, NewOrderRow
from market.records import OrderRecord, Receipt
from market.services import tickets
from market.services.entries import Entry
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

Written = dict[Key, tuple[NewOrderRow, Receipt]]
"""What the request wrote down under its ClOrdIDs, and what whoever sent it is told of that."""
Used = dict[Key, EarlierUse]
"""What ClOrdIDs were used for before the request."""


def receipt_of(entry: Entry, *, row: NewOrderRow, written_at: datetime) -> Receipt:
    """The answer to a ticket whose order has just been written down, without asking for it again."""
    reject, units = row.reject_reason, entry.instrument.units
    is_accepted, quantity = reject is RejectReason.NONE, units.to_quantity(row.order_qty_lots)
    nothing = units.to_quantity(0)
    plain = OrderRecord(
        order_id=row.order_id,
        cl_ord_id=row.cl_ord_id,
        account=entry.account.number,
        symbol=entry.instrument.symbol,
        side=entry.ticket.side,
        ord_type=entry.ticket.ord_type,
        time_in_force=entry.ticket.time_in_force,
        order_qty=quantity,
        price=order_records.price_of(entry.ticket.ord_type, row.price_ticks, units=units),
        ord_status=OrdStatus.PENDING_NEW if is_accepted else OrdStatus.REJECTED,
        cum_qty=nothing,
        leaves_qty=quantity if is_accepted else nothing,
        avg_px=None,
        reject_reason=reject,
        reject_text=row.reject_text,
        created_at=written_at,
        transact_time=written_at,
    )
    record = plain if row.terms is None else order_records.with_terms(plain, _terms_row(row.terms), units=units)
    return Receipt(record, reject=reject, reject_text=row.reject_text)


def in_order(entries: list[Entry], *, written: Written, used: Used) -> dict[int, Receipt]:
    """The answers by the places of the tickets: of two tickets with one ClOrdID the second replays the first.

    ``used`` are the earlier uses of those ClOrdIDs that were not written down now.
    """
    if len(written) == len(entries):
        return {entry.place: written[entry.key][1] for entry in entries}
    earlier = _earlier(entries, written=written, used=used)
    answers: dict[int, Receipt] = {}
    answered: set[Key] = set()
    for entry in entries:
        if entry.key in written and entry.key not in answered:
            answers[entry.place] = written[entry.key][1]
            answered.add(entry.key)
        else:
            use, order = earlier[entry.key]
            answers[entry.place] = tickets.earlier_receipt(use, content_hash=entry.content_hash, order=order)
    return answers


def _earlier(entries: list[Entry], *, written: Written, used: Used) -> dict[Key, tuple[EarlierUse, OrderRecord | None]]:
    """The uses that replays are weighed against, with their orders: earlier requests' and this one's own."""
    known: dict[Key, tuple[EarlierUse, OrderRecord | None]] = {}
    for entry in reversed(entries):
        if entry.key in written:
            row, receipt = written[entry.key]
            use = EarlierUse(entry.content_hash, row.order_id, receipt.reject, receipt.reject_text)
            known[entry.key] = use, receipt.order
    if uses := {entry.key: used[entry.key] for entry in entries if entry.key not in written}:
        records = order_records.records_by_id({use.order_id for use in uses.values()})
        known |= {key: (use, records[use.order_id]) for key, use in uses.items()}
    return known


def _terms_row(terms: WrittenTerms) -> order_records.TermsRow:
    of_order = terms.command[: len(ORDER_FIELDS)]
    named = (*of_order, terms.limit_price_ticks, terms.protection_px_ticks)
    return order_records.TermsRow._make(named)
