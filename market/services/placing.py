"""Placing a batch of tickets inside the acknowledging transaction.

What costs time of our own is done while the database is busy: orders are checked while their ClOrdIDs are claimed, and
the receipts are made out while the orders are written down.
"""

from collections import Counter
from collections.abc import Sequence
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
from market.services import answers, entries, parking, tickets
from market.services.entries import Entry, Key, Read
from vocabulary import limits
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


class Placed(NamedTuple):
    """The answers to a batch in its order, and the books that now have something waiting."""

    answers: list[Receipt | MarketError]
    symbols_to_wake: list[str]


Checked = dict[Key, Acceptance | Refusal]


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
    read = entries.with_room(entries.in_time(entries.read(order_tickets, actor=actor)))
    if is_package:
        for error in read.errors.values():
            raise error
    first_entries = entries.first_of_each_id(read.entries)
    order_ids, checked = _claim_and_check(first_entries, read=read, now=now)
    fresh = [entry for entry in first_entries if entry.key in order_ids]
    if is_package:
        _refuse_together(checked, fresh=fresh, tickets_in_all=len(order_tickets))
    failpoint("intake.after_checks")
    rows = [_row(entry, order_id=order_ids[entry.key], checked=checked[entry.key]) for entry in fresh]
    written = _write(fresh, rows=rows, now=now, parks_first=parks_first)
    failpoint("intake.after_insert")
    _note_rejects(rows)
    answered: dict[int, Receipt | MarketError] = {**read.errors, **answers.in_order(read.entries, written=written)}
    symbols = sorted({entry.instrument.symbol for entry in fresh if isinstance(checked[entry.key], Acceptance)})
    return Placed([answered[place] for place in range(len(order_tickets))], symbols)


def place_for_the_exchange(
    ticket: OrderTicket, *, account_id: int, instrument: ListedInstrument, now: datetime
) -> OrderRecord:
    """Write down an order by which the exchange closes a position of a locked account; marked as a liquidation.

    It is held to the instrument's rules as any order is, and to none of the account's: it makes a position smaller.
    """
    account = TradedAccount(account_id, ticket.account, AccountKind.HOUSE, instrument.currency)
    key = (account_id, ticket.cl_ord_id)
    entry = Entry(0, ticket, instrument, account, key, tickets.place_hash(ticket))
    order_ids, checked = _claim_and_check([entry], read=Read([entry], {}, {}), now=now)
    row = _row(entry, order_id=order_ids[key], checked=checked[key])
    written = _write([entry], rows=[row], now=now, parks_first=False)
    _note_rejects([row])
    intake.mark_liquidation(row.order_id)
    order = written[key][1].order
    assert order is not None, "what was just written down is an order"
    return order


def _claim_and_check(first_entries: list[Entry], *, read: Read, now: datetime) -> tuple[dict[Key, int], Checked]:
    """The order ids of the entries whose ClOrdIDs are new, and what their orders are found to be.

    The checks are made meanwhile, as if every ClOrdID were new. Where one was not, or where orders are linked, whose
    ids the checks want, they are made again of what is left.
    """
    failpoint("intake.before_claim")
    if not first_entries:
        return {}, {}
    is_linked = any(entry.linked_key for entry in first_entries)
    with pipelined():
        claim = intake.Claim([(*entry.key, entry.content_hash, None) for entry in first_entries])
        checked = {} if is_linked else _check_all(first_entries, means=read.means_now(), now=now)
    order_ids = claim.order_ids()
    failpoint("intake.after_claim")
    if is_linked or len(order_ids) < len(first_entries):
        fresh = [entry for entry in first_entries if entry.key in order_ids]
        checked = _check_all(fresh, means=read.means_now(), now=now, order_ids=order_ids)
    return order_ids, checked


def _check_all(
    fresh: list[Entry], *, means: dict[int, Means], now: datetime, order_ids: dict[Key, int] | None = None
) -> Checked:
    """Check the entries one after the other; ``order_ids`` are needed where orders are linked."""
    wanted = sorted({entry.linked_key for entry in fresh if entry.linked_key})
    linked: dict[Key, LinkedOrder] = intake.linkable(wanted) if wanted else {}
    checked: Checked = {}
    for entry in fresh:
        answer = risk.check(
            entry.ticket,
            instrument=entry.instrument,
            account=entry.account,
            means=means.get(entry.account.account_id),
            linked=linked.get(entry.linked_key) if entry.linked_key else None,
            now=now,
        )
        checked[entry.key] = answer
        if wanted and order_ids is not None and isinstance(answer, Acceptance):
            linked[entry.key] = _as_linked(entry, order_id=order_ids[entry.key], accepted=answer)
    return checked


def _as_linked(entry: Entry, *, order_id: int, accepted: Acceptance) -> LinkedOrder:
    """An order of this very batch, to which later ones of it may be linked."""
    ticket = entry.ticket
    return LinkedOrder(
        order_id, entry.instrument.instrument_id, ticket.side, ticket.ord_type, 0, accepted.order_qty_lots
    )


def _refuse_together(checked: Checked, *, fresh: list[Entry], tickets_in_all: int) -> None:
    """Refuse a whole package for the first reason found in it; a ClOrdID of it that was used before is one."""
    refused = next(
        ((key, answer) for key, answer in checked.items() if isinstance(answer, Refusal)),
        None,
    )
    if refused is None and 0 < len(fresh) < tickets_in_all:
        reason = RejectReason.CL_ORD_ID_REUSED
        refused = (fresh[0].key, Refusal(reason, f"Another order of the package: {reason.sentence}"))
        checked[refused[0]] = refused[1]
    if refused is None:
        return
    (_, cl_ord_id), refusal = refused
    for key in checked:
        if key != refused[0]:
            text = f"{cl_ord_id}: {refusal.text}"[: limits.REASON_LENGTH_MAX]
            checked[key] = Refusal(refusal.reason, text)


def _row(entry: Entry, *, order_id: int, checked: Acceptance | Refusal) -> NewOrderRow:
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


def _write(fresh: list[Entry], *, rows: list[NewOrderRow], now: datetime, parks_first: bool) -> answers.Written:
    """Write the orders down and make out their receipts meanwhile."""
    if not fresh:
        return {}
    first = fresh[0]
    park = parking.of(rows[0], ticket=first.ticket, instrument=first.instrument) if parks_first else None
    with pipelined():
        intake.insert_orders([park.row, *rows[1:]] if park else rows)
        written = {
            entry.key: (row, answers.receipt_of(entry, row=row, written_at=now))
            for entry, row in zip(fresh, rows, strict=True)
        }
    if park:
        intake.insert_inbox(park.way_out)
    _take_room(rows)
    return written


def _take_room(rows: list[NewOrderRow]) -> None:
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
