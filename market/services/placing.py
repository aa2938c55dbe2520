"""Placing a batch of tickets inside the acknowledging transaction.

What costs time of our own is done while the database is busy: a large batch is written piece by piece, and while the
database works on one, its receipts are made out and the next is checked.
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
from market.intake import Key, NewOrderRow
from market.pipelining import pipelined
from market.records import OrderRecord, OrderTicket, Receipt
from market.refusal import Refusal
from market.risk import Acceptance
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from market.services import admission, answers, entries, parking, tickets
from market.services.entries import Entry, Read
from vocabulary import limits
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


class Placed(NamedTuple):
    """The answers to a batch in its order, and the books that now have something waiting."""

    answers: list[Receipt | MarketError]
    symbols_to_wake: list[str]


Numbered = tuple[Entry, int]
"""A ticket to be written down, with the id that its order gets."""
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
    failpoint("intake.after_look_up")
    fresh = _numbered(read)
    check = _checking(fresh, means=read.means, now=now)
    if is_package:
        check = _together(check, fresh=fresh, tickets_in_all=len(order_tickets))
    written = _write(fresh, check=check, now=now, parks_first=parks_first)
    failpoint("intake.after_insert")
    answered: dict[int, Receipt | MarketError] = {
        **read.errors,
        **answers.in_order(read.entries, written=written, used=read.used),
    }
    return Placed([answered[place] for place in range(len(order_tickets))], _symbols_of_accepted(fresh, written))


def place_for_the_exchange(
    ticket: OrderTicket, *, account_id: int, instrument: ListedInstrument, now: datetime
) -> OrderRecord:
    """Write down an order by which the exchange closes a position of a locked account; marked as a liquidation.

    It is held to the instrument's rules as any order is, and to none of the account's: it makes a position smaller.
    """
    account = TradedAccount(account_id, ticket.account, AccountKind.HOUSE, instrument.currency)
    content_hash = tickets.place_hash(ticket)
    entry = Entry(0, ticket, instrument, account, (account_id, ticket.cl_ord_id), content_hash)
    fresh = [(entry, intake.next_order_id())]
    check = _checking(fresh, means={}, now=now)
    row, receipt = _write(fresh, check=check, now=now, parks_first=False)[entry.key]
    intake.mark_liquidation(row.order_id)
    assert receipt.order is not None, "what was just written down is an order"
    return receipt.order


def _numbered(read: Read) -> list[Numbered]:
    """The entries whose ClOrdIDs are new, each with the id that its order gets."""
    fresh = [entry for entry in admission.first_of_each_id(read.entries) if entry.key not in read.used]
    return list(zip(fresh, read.order_ids, strict=False))


def _checking(fresh: list[Numbered], *, means: dict[int, Means], now: datetime) -> Check:
    """Checks the entries one after the other, in their order: each draws down what its account has."""
    wanted = sorted({entry.linked_key for entry, _ in fresh if entry.linked_key})
    linked: dict[Key, LinkedOrder] = intake.linkable(wanted) if wanted else {}
    barred = _barred(fresh)

    def check(entry: Entry, order_id: int) -> Found:
        found = barred.get((entry.account.account_id, entry.instrument.instrument_id)) or risk.check(
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


def _barred(fresh: list[Numbered]) -> dict[tuple[int, int], Refusal]:
    """Why accounts may not trade instruments at all, by the ids of both: asked once, and not for each order."""
    pairs = {(entry.account.account_id, entry.instrument.instrument_id): entry for entry, _ in fresh}
    asked = {pair: risk.check_may_trade(entry.account, instrument=entry.instrument) for pair, entry in pairs.items()}
    return {pair: refusal for pair, refusal in asked.items() if refusal is not None}


def _as_linked(entry: Entry, *, order_id: int, accepted: Acceptance) -> LinkedOrder:
    """An order of this very batch, to which later ones of it may be linked."""
    ticket = entry.ticket
    return LinkedOrder(
        order_id, entry.instrument.instrument_id, ticket.side, ticket.ord_type, 0, accepted.order_qty_lots
    )


def _together(check: Check, *, fresh: list[Numbered], tickets_in_all: int) -> Check:
    """Checks a whole package, and refuses all of it for the first reason found.

    A ClOrdID of it that was used before is one.
    """
    found = {entry.key: check(entry, order_id) for entry, order_id in fresh}
    refused = next(((key, answer) for key, answer in found.items() if isinstance(answer, Refusal)), None)
    if refused is None and 0 < len(fresh) < tickets_in_all:
        reason = RejectReason.CL_ORD_ID_REUSED
        refused = (fresh[0][0].key, Refusal(reason, f"Another order of the package: {reason.sentence}"))
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
        content_hash=entry.content_hash,
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


def _write(fresh: list[Numbered], *, check: Check, now: datetime, parks_first: bool) -> answers.Written:
    """Check the orders and write them down, and make out their receipts meanwhile."""
    if not fresh:
        return {}
    park = None
    written: answers.Written = {}
    with pipelined():
        for piece in _pieces(fresh):
            rows = [_row(entry, order_id=order_id, checked=check(entry, order_id)) for entry, order_id in piece]
            failpoint("intake.after_checks")
            if parks_first and not written:
                first, _ = piece[0]
                park = parking.of(rows[0], ticket=first.ticket, instrument=first.instrument)
            as_written = [park.row, *rows[1:]] if park and not written else rows
            intake.insert_orders(as_written)
            for (entry, _), row in zip(piece, rows, strict=True):
                written[entry.key] = row, answers.receipt_of(entry, row=row, written_at=now)
    if park:
        intake.insert_inbox(park.way_out)
    _take_room(row for row, _ in written.values())
    return written


def _pieces(fresh: list[Numbered]) -> Iterator[list[Numbered]]:
    for begin in range(0, len(fresh), PIECE):
        yield fresh[begin : begin + PIECE]


def _take_room(rows: Iterable[NewOrderRow]) -> None:
    accepted = Counter(row.instrument_id for row in rows if row.reject_reason == RejectReason.NONE)
    for instrument_id, commands in accepted.items():
        intake.take_room(instrument_id, commands=commands)


def _symbols_of_accepted(fresh: list[Numbered], written: answers.Written) -> list[str]:
    accepted = {row.instrument_id for row, _ in written.values() if row.reject_reason == RejectReason.NONE}
    return sorted({entry.instrument.symbol for entry, _ in fresh if entry.instrument.instrument_id in accepted})
