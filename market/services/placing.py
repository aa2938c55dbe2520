"""Placing a batch of tickets inside the acknowledging transaction.

What costs time of our own is done while the database is busy: a large batch is claimed and written piece by piece, and
while the database works on one, its receipts are made out and the next is checked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from access.records import Actor
from market import book_units, intake, risk
from market.command_terms import CommandTerms, WrittenTerms
from market.errors import MarketError
from market.failpoints import failpoint
from market.intake import NewOrderRow
from market.pipelining import pipelined
from market.records import OrderRecord, OrderTicket, Receipt
from market.refusal import Refusal
from market.risk import Acceptance
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from market.services import admission, answers, entries, parking
from market.services.admission import Key
from market.services.entries import Entry
from vocabulary import limits
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


class Placed(NamedTuple):
    """The answers to a batch in its order, and the books that now have something waiting."""

    answers: list[Receipt | MarketError]
    symbols_to_wake: list[str]


Found = Acceptance | Refusal
Check = Callable[[Entry, int], Found]
"""What the order of an entry is found to be; with the order id that it has."""

PIECE = 250
"""So many orders go to the database in one statement."""


def place_all(
    order_tickets: Sequence[OrderTicket],
    *,
    actor: Actor,
    now: datetime,
    is_package: bool = False,
    parks_first: bool = False,
) -> Placed:
    """Write the tickets down and answer each. Call it inside ``intake.acknowledging_transaction``, whose ``now`` it is.

    Of a package either every ticket is taken on or none: a refused one refuses the others for its reason. Raises the
    error of a package's ticket of which nothing can be recorded. With ``parks_first`` the first order cannot trade
    before the others stand in the book.
    """
    read = entries.admitted(entries.read(order_tickets, actor=actor))
    if is_package:
        for error in read.errors.values():
            raise error
    first_entries = admission.first_of_each_id(read.entries)
    order_ids = _claim(first_entries)
    fresh = [entry for entry in first_entries if entry.key in order_ids]
    check = _checking(fresh, means=read.means, now=now)
    if is_package:
        check = _together(check, fresh=fresh, order_ids=order_ids, tickets_in_all=len(order_tickets))
    written = _write(fresh, order_ids=order_ids, check=check, now=now, parks_first=parks_first)
    failpoint("intake.after_insert")
    rows = [row for row, _ in written.values()]
    _note_rejects(rows)
    answered: dict[int, Receipt | MarketError] = {**read.errors, **answers.in_order(read.entries, written=written)}
    return Placed([answered[place] for place in range(len(order_tickets))], _symbols_of_accepted(fresh, rows=rows))


def place_for_the_exchange(
    ticket: OrderTicket, *, account_id: int, instrument: ListedInstrument, now: datetime
) -> OrderRecord:
    """Write down an order by which the exchange closes a position of a locked account; marked as a liquidation.

    It is held to the instrument's rules as any order is, and to none of the account's: it makes a position smaller.
    """
    account = TradedAccount(account_id, ticket.account, AccountKind.HOUSE, instrument.currency)
    entry = Entry(0, ticket, instrument, account, (account_id, ticket.cl_ord_id))
    order_ids = _claim([entry])
    check = _checking([entry], means={}, now=now)
    row, receipt = _write([entry], order_ids=order_ids, check=check, now=now, parks_first=False)[entry.key]
    _note_rejects([row])
    intake.mark_liquidation(row.order_id)
    assert receipt.order is not None, "what was just written down is an order"
    return receipt.order


def _claim(first_entries: list[Entry]) -> dict[Key, int]:
    """The order ids of the entries whose ClOrdIDs are new."""
    failpoint("intake.before_claim")
    with pipelined():
        claims = [
            intake.Claim([(*entry.key, entry.content_hash, None) for entry in piece])
            for piece in _pieces(first_entries)
        ]
    order_ids = {key: order_id for claim in claims for key, order_id in claim.order_ids().items()}
    failpoint("intake.after_claim")
    return order_ids


def _checking(fresh: list[Entry], *, means: dict[int, Means], now: datetime) -> Check:
    """Checks the entries one after the other, in their order: each draws down what its account has."""
    wanted = sorted({entry.linked_key for entry in fresh if entry.linked_key})
    linked: dict[Key, LinkedOrder] = intake.linkable(wanted) if wanted else {}

    def check(entry: Entry, order_id: int) -> Found:
        found = risk.check(
            entry.ticket,
            instrument=entry.instrument,
            account=entry.account,
            means=means.get(entry.account.account_id),
            linked=linked.get(entry.linked_key) if entry.linked_key else None,
            now=now,
        )
        if wanted and isinstance(found, Acceptance):
            linked[entry.key] = _as_linked(entry, order_id=order_id, accepted=found)
        return found

    return check


def _as_linked(entry: Entry, *, order_id: int, accepted: Acceptance) -> LinkedOrder:
    """An order of this very batch, to which later ones of it may be linked."""
    ticket = entry.ticket
    return LinkedOrder(
        order_id, entry.instrument.instrument_id, ticket.side, ticket.ord_type, 0, accepted.order_qty_lots
    )


def _together(check: Check, *, fresh: list[Entry], order_ids: dict[Key, int], tickets_in_all: int) -> Check:
    """Checks a whole package, and refuses all of it for the first reason found.

    A ClOrdID of it that was used before is one.
    """
    found = {entry.key: check(entry, order_ids[entry.key]) for entry in fresh}
    refused = next(((key, answer) for key, answer in found.items() if isinstance(answer, Refusal)), None)
    if refused is None and 0 < len(fresh) < tickets_in_all:
        reason = RejectReason.CL_ORD_ID_REUSED
        refused = (fresh[0].key, Refusal(reason, f"Another order of the package: {reason.sentence}"))
    if refused is not None:
        (_, cl_ord_id), refusal = refused
        text = f"{cl_ord_id}: {refusal.text}"[: limits.REASON_LENGTH_MAX]
        found = {key: refusal if key == refused[0] else Refusal(refusal.reason, text) for key in found}
    return lambda entry, _: found[entry.key]


def _row(entry: Entry, *, order_id: int, checked: Found) -> NewOrderRow:
    ticket = entry.ticket
    if isinstance(checked, Acceptance):
        accepted, refusal, terms = checked, NOT_REFUSED, checked.terms
    else:
        accepted, refusal, terms = _unpriced(entry), checked, _terms_of_rejected(ticket)
    return NewOrderRow(
        order_id=order_id,
        account_id=entry.account.account_id,
        instrument_id=entry.instrument.instrument_id,
        cl_ord_id=ticket.cl_ord_id,
        side=ticket.side,
        ord_type=ticket.ord_type,
        time_in_force=ticket.time_in_force,
        price_ticks=accepted.price_ticks if accepted.price_ticks > 0 else None,
        protection_ticks=accepted.price_ticks,
        order_qty_lots=accepted.order_qty_lots,
        reserved_amount=accepted.reserved_amount,
        reject_reason=refusal.reason,
        reject_text=refusal.text,
        terms=terms,
    )


NOT_REFUSED = Refusal(RejectReason.NONE, "")


def _terms_of_rejected(ticket: OrderTicket) -> WrittenTerms | None:
    """Of a rejected ticket's terms those that need no units of the instrument."""
    if not ticket.has_terms:
        return None
    return WrittenTerms(
        CommandTerms(
            exec_inst=ticket.exec_inst.value,
            self_trade_prevention=ticket.self_trade_prevention,
            peg_price_type=ticket.peg_price_type,
            peg_offset_type=ticket.peg_offset_type,
        )
    )


def _unpriced(entry: Entry) -> Acceptance:
    """A rejected ticket's price and quantity, as far as the book's units can say them."""
    lots = book_units.order_lots(entry.ticket.order_qty, instrument=entry.instrument)
    price = entry.ticket.price
    ticks = book_units.limit_ticks(price, instrument=entry.instrument) if price is not None else 0
    return Acceptance(
        price_ticks=ticks if isinstance(ticks, int) else 0,
        order_qty_lots=lots if isinstance(lots, int) else 0,
        reserved_amount=risk.NOTHING,
    )


def _write(
    fresh: list[Entry], *, order_ids: dict[Key, int], check: Check, now: datetime, parks_first: bool
) -> answers.Written:
    """Check the orders and write them down, and make out their receipts meanwhile."""
    if not fresh:
        return {}
    park = None
    written: answers.Written = {}
    with pipelined():
        for piece in _pieces(fresh):
            ids = [order_ids[entry.key] for entry in piece]
            rows = [_row(entry, order_id=i, checked=check(entry, i)) for entry, i in zip(piece, ids, strict=True)]
            failpoint("intake.after_checks")
            if parks_first and not written:
                park = parking.of(rows[0], ticket=piece[0].ticket, instrument=piece[0].instrument)
            as_written = [park.row, *rows[1:]] if park and not written else rows
            intake.insert_orders(as_written)
            for entry, row in zip(piece, rows, strict=True):
                written[entry.key] = row, answers.receipt_of(entry, row=row, written_at=now)
    if park:
        intake.insert_inbox(park.way_out)
    _take_room(row for row, _ in written.values())
    return written


def _pieces(entries: list[Entry]) -> Iterator[list[Entry]]:
    for begin in range(0, len(entries), PIECE):
        yield entries[begin : begin + PIECE]


def _take_room(rows: Iterable[NewOrderRow]) -> None:
    accepted = Counter(row.instrument_id for row in rows if row.reject_reason == RejectReason.NONE)
    for instrument_id, commands in accepted.items():
        intake.take_room(instrument_id, commands=commands)


def _note_rejects(rows: list[NewOrderRow]) -> None:
    intake.note_outcomes(
        [
            (row.account_id, row.cl_ord_id, row.reject_reason, row.reject_text)
            for row in rows
            if row.reject_reason != RejectReason.NONE
        ]
    )


def _symbols_of_accepted(fresh: list[Entry], *, rows: list[NewOrderRow]) -> list[str]:
    accepted = {row.instrument_id for row in rows if row.reject_reason == RejectReason.NONE}
    return sorted({entry.instrument.symbol for entry in fresh if entry.instrument.instrument_id in accepted})
