"""Placing a batch of tickets inside the acknowledging transaction."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from access.records import Actor
from market import intake, order_records, risk
from market.command_terms import ORDER_FIELDS, CommandTerms, WrittenTerms
from market.errors import InboxFull, InvalidRequest, MarketError
from market.failpoints import failpoint
from market.intake import ClOrdIdClaim, EarlierUse, NewOrderRow
from market.records import OrderRecord, OrderTicket, Receipt
from market.refusal import Refusal
from market.risk import Acceptance
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from market.services import parking, tickets
from vocabulary import limits
from vocabulary.identifiers import is_cl_ord_id
from vocabulary.orders import OrdStatus, OrdType, Side
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


class Placed(NamedTuple):
    """The answers to a batch in its order, and the books that now have something waiting."""

    answers: list[Receipt | MarketError]
    symbols_to_wake: list[str]


class _Entry(NamedTuple):
    """A ticket whose instrument and account exist."""

    place: int
    ticket: OrderTicket
    instrument: ListedInstrument
    account: TradedAccount
    content_hash: bytes

    @property
    def key(self) -> tuple[int, str]:
        return self.account.account_id, self.ticket.cl_ord_id

    @property
    def linked_key(self) -> tuple[int, str] | None:
        linked = self.ticket.linked_cl_ord_id
        return None if linked is None else (self.account.account_id, linked)


Checked = dict[tuple[int, str], Acceptance | Refusal]
NO_LINKS: dict[tuple[int, str], LinkedOrder] = {}


def place_all(
    order_tickets: Sequence[OrderTicket], *, actor: Actor, is_package: bool = False, parks_first: bool = False
) -> Placed:
    """Write the tickets down and answer each. Call it inside ``intake.acknowledging_transaction``.

    Of a package either every ticket is taken on or none: a refused one refuses the others for its reason. Raises the
    error of a package's ticket of which nothing can be recorded. With ``parks_first`` the first order cannot trade
    before the others stand in the book.
    """
    answers: dict[int, Receipt | MarketError] = {}
    entries = _those_with_room(_entries(order_tickets, actor=actor, answers=answers), answers=answers)
    if is_package:
        for answer in answers.values():
            assert isinstance(answer, MarketError), "nothing has been written down yet"
            raise answer
    first_entries = _first_of_each_id(entries)
    failpoint("intake.before_claim")
    claims = _claim(first_entries)
    failpoint("intake.after_claim")
    fresh = [entry for entry in first_entries if entry.key in claims]
    checked = _check_all(fresh, claims=claims)
    if is_package:
        _refuse_together(checked, fresh=fresh, tickets_in_all=len(order_tickets))
    failpoint("intake.after_checks")
    rows = {entry.key: _row(entry, order_id=claims[entry.key].order_id, checked=checked[entry.key]) for entry in fresh}
    first = fresh[0] if fresh and parks_first else None
    park = None if first is None else parking.of(rows[first.key], ticket=first.ticket, instrument=first.instrument)
    if rows:
        intake.insert_orders([park.row, *list(rows.values())[1:]] if park else list(rows.values()))
    if park:
        intake.insert_inbox(park.way_out)
    _take_room(list(rows.values()))
    failpoint("intake.after_insert")
    _note_rejects(list(rows.values()))
    written = {entry.key: _written(entry, row=rows[entry.key], written_at=claims[entry.key].used_at) for entry in fresh}
    _answer(entries, written=written, answers=answers)
    symbols = sorted({entry.instrument.symbol for entry in fresh if isinstance(checked[entry.key], Acceptance)})
    return Placed([answers[place] for place in range(len(order_tickets))], symbols)


def _entries(
    order_tickets: Sequence[OrderTicket], *, actor: Actor, answers: dict[int, Receipt | MarketError]
) -> list[_Entry]:
    instruments = intake.instruments(ticket.symbol for ticket in order_tickets)
    accounts = intake.lock_accounts((ticket.account for ticket in order_tickets), actor=actor)
    entries = []
    for place, ticket in enumerate(order_tickets):
        instrument, account = instruments.get(ticket.symbol), accounts.get(ticket.account)
        error = _malformed(ticket)
        if error is not None:
            answers[place] = error
        elif instrument is None:
            answers[place] = _unknown(RejectReason.UNKNOWN_SYMBOL, field="symbol")
        elif account is None:
            answers[place] = _unknown(RejectReason.UNKNOWN_ACCOUNT, field="account")
        else:
            entries.append(_Entry(place, ticket, instrument, account, tickets.place_hash(ticket)))
    return entries


def _malformed(ticket: OrderTicket) -> InvalidRequest | None:
    if not is_cl_ord_id(ticket.cl_ord_id):
        return InvalidRequest("cl_ord_id must be 1 to 64 letters, digits, dashes and underscores.", field="cl_ord_id")
    kind = ticket.ord_type
    if ticket.price is None and kind in (OrdType.LIMIT, OrdType.STOP_LIMIT):
        return InvalidRequest(f"A {_in_words(kind)} order needs a price.", field="price")
    if ticket.price is not None and kind in (OrdType.MARKET, OrdType.STOP):
        return InvalidRequest(f"A {_in_words(kind)} order takes no price; leave it out.", field="price")
    return None


def _in_words(kind: OrdType) -> str:
    return kind.name.lower().replace("_", "-")


def _unknown(reason: RejectReason, *, field: str) -> InvalidRequest:
    return InvalidRequest(reason.sentence, field=field, code=reason.code)


def _those_with_room(entries: list[_Entry], *, answers: dict[int, Receipt | MarketError]) -> list[_Entry]:
    """The tickets that the inboxes of their books have room for, in their order; the others are refused.

    A ClOrdID that was used before takes no room: what became of it is told however full the inbox is.
    """
    room = intake.room_left({entry.instrument.instrument_id for entry in entries})
    wanted = Counter(entry.instrument.instrument_id for entry in _first_of_each_id(entries))
    if all(count <= room[instrument_id] for instrument_id, count in wanted.items()):
        return entries
    known: set[tuple[int, str]] = set(intake.earlier_uses(sorted({entry.key for entry in entries})))
    found = []
    for entry in entries:
        instrument_id = entry.instrument.instrument_id
        if entry.key not in known and room[instrument_id] > 0:
            room[instrument_id] -= 1
            known.add(entry.key)
        if entry.key in known:
            found.append(entry)
        else:
            answers[entry.place] = InboxFull(entry.instrument.symbol)
    return found


def _take_room(rows: list[NewOrderRow]) -> None:
    accepted = Counter(row.instrument_id for row in rows if row.reject_reason == RejectReason.NONE)
    for instrument_id, commands in accepted.items():
        intake.take_room(instrument_id, commands=commands)


def _first_of_each_id(entries: list[_Entry]) -> list[_Entry]:
    first: dict[tuple[int, str], _Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    return list(first.values())


def _claim(entries: list[_Entry]) -> dict[tuple[int, str], ClOrdIdClaim]:
    if not entries:
        return {}
    uses = [(entry.account.account_id, entry.ticket.cl_ord_id, entry.content_hash, None) for entry in entries]
    return {(claim.account_id, claim.cl_ord_id): claim for claim in intake.claim(uses)}


def _check_all(entries: list[_Entry], *, claims: dict[tuple[int, str], ClOrdIdClaim]) -> Checked:
    means = _means(entries)
    linked = _linked_before(entries)
    checked: Checked = {}
    for entry in entries:
        answer = risk.check(
            entry.ticket,
            instrument=entry.instrument,
            account=entry.account,
            means=means.get(entry.account.account_id),
            linked=linked.get(entry.linked_key) if entry.linked_key else None,
            now=claims[entry.key].used_at,
        )
        checked[entry.key] = answer
        if linked is not NO_LINKS and isinstance(answer, Acceptance):
            linked[entry.key] = _as_linked(entry, order_id=claims[entry.key].order_id, accepted=answer)
    return checked


def _linked_before(entries: list[_Entry]) -> dict[tuple[int, str], LinkedOrder]:
    """The open orders that tickets wish to be linked to; those of this very batch join them as they are accepted."""
    wanted = sorted({entry.linked_key for entry in entries if entry.linked_key})
    return intake.linkable(wanted) if wanted else NO_LINKS


def _as_linked(entry: _Entry, *, order_id: int, accepted: Acceptance) -> LinkedOrder:
    ticket = entry.ticket
    return LinkedOrder(
        order_id, entry.instrument.instrument_id, ticket.side, ticket.ord_type, 0, accepted.order_qty_lots
    )


def _refuse_together(checked: Checked, *, fresh: list[_Entry], tickets_in_all: int) -> None:
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


def _means(entries: list[_Entry]) -> dict[int, Means]:
    funded = [entry for entry in entries if entry.account.kind is AccountKind.CASH]
    sells = {
        (entry.account.account_id, entry.instrument.instrument_id) for entry in funded if entry.ticket.side is Side.SELL
    }
    return intake.means_of(sorted({entry.account.account_id for entry in funded}), sells=sorted(sells))


def _row(entry: _Entry, *, order_id: int, checked: Acceptance | Refusal) -> NewOrderRow:
    ticket = entry.ticket
    accepted = checked if isinstance(checked, Acceptance) else _unpriced(entry)
    refusal = checked if isinstance(checked, Refusal) else Refusal(RejectReason.NONE, "")
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
        terms=checked.terms if isinstance(checked, Acceptance) else _terms_of_rejected(ticket),
    )


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


def _unpriced(entry: _Entry) -> Acceptance:
    """A rejected ticket's price and quantity, as far as the book's units can say them."""
    lots = risk.order_lots(entry.ticket.order_qty, instrument=entry.instrument)
    price = entry.ticket.price
    ticks = risk.limit_ticks(price, instrument=entry.instrument) if price is not None else 0
    return Acceptance(
        price_ticks=ticks if isinstance(ticks, int) else 0,
        order_qty_lots=lots if isinstance(lots, int) else 0,
        reserved_amount=risk.NOTHING,
    )


def _note_rejects(rows: list[NewOrderRow]) -> None:
    for row in rows:
        if row.reject_reason != RejectReason.NONE:
            intake.note_outcome(
                account_id=row.account_id,
                cl_ord_id=row.cl_ord_id,
                reason=RejectReason(row.reject_reason),
                text=row.reject_text,
            )


def _written(entry: _Entry, *, row: NewOrderRow, written_at: datetime) -> tuple[EarlierUse, OrderRecord]:
    """The use of the ClOrdID and the order as they have just been written down, without asking for them again."""
    reject, units = RejectReason(row.reject_reason), entry.instrument.units
    is_accepted = reject is RejectReason.NONE
    plain = OrderRecord(
        order_id=row.order_id,
        cl_ord_id=row.cl_ord_id,
        account=entry.account.number,
        symbol=entry.instrument.symbol,
        side=entry.ticket.side,
        ord_type=entry.ticket.ord_type,
        time_in_force=entry.ticket.time_in_force,
        order_qty=units.to_quantity(row.order_qty_lots),
        price=order_records.price_of(entry.ticket.ord_type, row.price_ticks, units=units),
        ord_status=OrdStatus.PENDING_NEW if is_accepted else OrdStatus.REJECTED,
        cum_qty=units.to_quantity(0),
        leaves_qty=units.to_quantity(row.order_qty_lots if is_accepted else 0),
        avg_px=None,
        reject_reason=reject,
        reject_text=row.reject_text,
        created_at=written_at,
        transact_time=written_at,
    )
    record = plain if row.terms is None else order_records.with_terms(plain, _terms_row(row.terms), units=units)
    return EarlierUse(entry.content_hash, row.order_id, reject, row.reject_text), record


def _terms_row(terms: WrittenTerms) -> order_records.TermsRow:
    of_order = terms.command[: len(ORDER_FIELDS)]
    named = (*of_order, terms.limit_price_ticks, terms.protection_px_ticks)
    return order_records.TermsRow._make(named)


def _answer(
    entries: list[_Entry],
    *,
    written: dict[tuple[int, str], tuple[EarlierUse, OrderRecord]],
    answers: dict[int, Receipt | MarketError],
) -> None:
    known = dict(written)
    if earlier_keys := sorted({entry.key for entry in entries} - written.keys()):
        uses = intake.earlier_uses(earlier_keys)
        records = order_records.records_by_id({use.order_id for use in uses.values()})
        known |= {key: (use, records[use.order_id]) for key, use in uses.items()}
    answered: set[tuple[int, str]] = set()
    for entry in entries:
        use, record = known[entry.key]
        receipt = tickets.earlier_receipt(use, content_hash=entry.content_hash, order=record)
        is_first = entry.key in written and entry.key not in answered
        answered.add(entry.key)
        answers[entry.place] = dataclasses.replace(receipt, replayed=False) if is_first else receipt
