"""Replacing a batch of orders inside the acknowledging transaction."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from access.records import Actor
from market import book_units, grants, intake, order_records, risk
from market.command_terms import CommandTerms
from market.errors import MarketError, NotFound
from market.intake import InboxRow, Key
from market.models import Order, OrderTerms
from market.records import OrderRecord, Receipt, ReplaceTicket
from market.refusal import Refusal
from market.rows import ListedInstrument, Means, TradedAccount
from market.services import admission, tickets
from market.services.admission import Errors
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdType, Side
from vocabulary.rejects import RejectReason


class Replaced(NamedTuple):
    """The answers to a batch in its order, and the books that now have something waiting."""

    answers: list[Receipt | MarketError]
    symbols_to_wake: list[str]


class Change(NamedTuple):
    """A ticket whose order is the actor's, at its place in the request."""

    place: int
    ticket: ReplaceTicket
    order: Order
    instrument: ListedInstrument
    account: TradedAccount
    key: Key
    content_hash: bytes


Checked = dict[Key, InboxRow | Refusal]


def replace_all(replace_tickets: Sequence[ReplaceTicket], *, actor: Actor) -> Replaced:
    """Write the tickets down and answer each. Call it inside ``intake.acknowledging_transaction``."""
    changes, errors = _read(replace_tickets, actor=actor)
    changes, refused = admission.admitted(changes)
    checked = _claim_and_check(admission.first_of_each_id(changes))
    _write(checked)
    answered: dict[int, Receipt | MarketError] = {**errors, **refused, **_receipts(changes, checked=checked)}
    symbols = {change.instrument.symbol for change in changes if isinstance(checked.get(change.key), InboxRow)}
    return Replaced([answered[place] for place in range(len(replace_tickets))], sorted(symbols))


def _read(replace_tickets: Sequence[ReplaceTicket], *, actor: Actor) -> tuple[list[Change], Errors]:
    """Lock the accounts of the orders and read what the tickets are checked against."""
    rows, accounts = _access_orders({ticket.order_id for ticket in replace_tickets}, actor=actor)
    instruments = intake.instruments_by_id({row.instrument_id for row in rows.values()})
    changes: list[Change] = []
    errors: Errors = {}
    for place, ticket in enumerate(replace_tickets):
        order = rows.get(ticket.order_id)
        if order is None:
            errors[place] = NotFound("You have no such order.", field="order_id")
            continue
        account, instrument = accounts[order.account_id], instruments[order.instrument_id]
        key = (account.account_id, ticket.cl_ord_id)
        changes.append(Change(place, ticket, order, instrument, account, key, tickets.replace_hash(ticket)))
    return changes, errors


def _access_orders(order_ids: Collection[int], *, actor: Actor) -> tuple[dict[int, Order], dict[int, TradedAccount]]:
    """Those of the orders that are the actor's, by their ids, and their accounts, which are then locked, by theirs."""
    reached = Order.objects.filter(grants.reached_by(actor, through="account__"), pk__in=order_ids)
    locked = intake.lock_accounts(reached.values_list("account__number", flat=True), actor=actor)
    accounts = {account.account_id: account for account in locked.values()}
    # Read under the lock: what it waited for may have changed the orders' reservations.
    rows = {row.pk: row for row in Order.objects.filter(pk__in=order_ids, account_id__in=accounts)}
    return rows, accounts


def _claim_and_check(changes: list[Change]) -> Checked:
    """What those of the changes are found to be whose ClOrdIDs are new; each draws down what the next can afford."""
    if not changes:
        return {}
    claimed = intake.claim([(*change.key, change.content_hash, change.order.pk) for change in changes])
    fresh = [change for change in changes if change.key in claimed]
    accounts = {change.account.account_id: change.account for change in fresh}
    means = intake.means_of(
        list(accounts.values()),
        sells=sorted({(change.order.account_id, change.order.instrument_id) for change in fresh}),
    )
    return {change.key: _check(change, means=means.get(change.order.account_id)) for change in fresh}


def _write(checked: Checked) -> None:
    """Put what is taken on before the matcher, in its order, and note what is not."""
    taken_on = [row for row in checked.values() if isinstance(row, InboxRow)]
    intake.insert_replacements(taken_on)
    for row in taken_on:
        intake.take_room(row.instrument_id)
    intake.note_outcomes(
        [(*key, refusal.reason, refusal.text) for key, refusal in checked.items() if isinstance(refusal, Refusal)]
    )


def _receipts(changes: list[Change], *, checked: Checked) -> dict[int, Receipt]:
    first = {change.place for change in admission.first_of_each_id(changes) if change.key in checked}
    again = sorted({change.key for change in changes if change.place not in first})
    earlier = intake.earlier_uses(again) if again else {}
    records = order_records.records_by_id({change.order.pk for change in changes})
    receipts = {}
    for change in changes:
        record = records[change.order.pk]
        if change.place in first:
            receipts[change.place] = _receipt(checked[change.key], record=record)
        else:
            told = tickets.earlier_receipt(earlier[change.key], content_hash=change.content_hash, order=None)
            receipts[change.place] = Receipt(record, told.replayed, told.reject, told.reject_text)
    return receipts


def _receipt(found: InboxRow | Refusal, *, record: OrderRecord) -> Receipt:
    if isinstance(found, Refusal):
        return Receipt(record, reject=found.reason, reject_text=found.text)
    return Receipt(record)


def _check(change: Change, *, means: Means | None) -> InboxRow | Refusal:
    ticket, order, instrument, account = change.ticket, change.order, change.instrument, change.account
    refusal = risk.check_may_trade(account, instrument=instrument)
    if not order.is_open:
        refusal = Refusal(RejectReason.TOO_LATE_TO_CANCEL, "The order is no longer open, so it cannot be replaced.")
    if refusal is not None:
        return refusal
    lots = book_units.order_lots(ticket.order_qty, instrument=instrument)
    prices = _replaced_prices(ticket, order=order, instrument=instrument)
    if isinstance(lots, Refusal):
        return lots
    if isinstance(prices, Refusal):
        return prices
    ticks, stop_ticks = prices
    extra = risk.check_replace(
        _open_order(order, instrument=instrument),
        order_qty_lots=lots,
        price_ticks=ticks,
        instrument=instrument,
        account=account,
        means=means,
    )
    if isinstance(extra, Refusal):
        return extra
    return InboxRow(
        CommandKind.REPLACE,
        instrument.instrument_id,
        order.pk,
        account.account_id,
        # The core does not ask for the type again; it tells the settlement whose terms a replacement changes.
        ord_type=0 if order.ord_type in (OrdType.LIMIT, OrdType.MARKET) else order.ord_type,
        price_ticks=ticks,
        order_qty_lots=lots,
        reserved_amount=extra.reserved_amount,
        reserved_lots=extra.reserved_lots,
        terms=CommandTerms(stop_px_ticks=stop_ticks),
    )


def _open_order(order: Order, *, instrument: ListedInstrument) -> risk.OpenOrder:
    return risk.OpenOrder(
        order.side,
        order.cum_qty_lots,
        order.leaves_qty_lots,
        order.reserved_amount,
        book_units.named(_present_price(order, new_stop_ticks=0, instrument=instrument)),
    )


def _replaced_prices(ticket: ReplaceTicket, *, order: Order, instrument: ListedInstrument) -> tuple[int, int] | Refusal:
    """The price that the core is told, and the new stop price or 0."""
    kind = OrdType(order.ord_type)
    if ticket.stop_px is not None and not kind.is_stop:
        return Refusal(RejectReason.INVALID_TERMS, "stop_px is for STOP and STOP_LIMIT orders.")
    stop = (
        0 if ticket.stop_px is None else book_units.limit_ticks(ticket.stop_px, instrument=instrument, field="stop_px")
    )
    price = (
        _present_price(order, new_stop_ticks=stop, instrument=instrument)
        if ticket.price is None
        else book_units.limit_ticks(ticket.price, instrument=instrument)
    )
    if isinstance(price, Refusal):
        return price
    return stop if isinstance(stop, Refusal) else (price, stop)


def _present_price(order: Order, *, new_stop_ticks: int | Refusal, instrument: ListedInstrument) -> int:
    """The price that a replacement without one keeps: of a pegged order its limit, of a stop its protection.

    A protection that the exchange has set goes with the stop price.
    """
    present = book_units.NO_PRICE if order.price_ticks is None else int(order.price_ticks)
    if order.ord_type not in (OrdType.PEGGED, OrdType.STOP):
        return present
    terms = OrderTerms.objects.get(pk=order.pk)
    if order.ord_type == OrdType.PEGGED:
        return book_units.NO_PRICE if terms.limit_price_ticks is None else int(terms.limit_price_ticks)
    if terms.protection_px_ticks is None and isinstance(new_stop_ticks, int) and new_stop_ticks:
        return book_units.collar(Side(order.side), touch_ticks=new_stop_ticks, instrument=instrument)
    return present
