"""Placing, replacing and canceling orders: the intake of the order path.

The commit of each function is its acknowledgement. From then on nothing may lose the order; the wake-up that follows
is only a hint.
"""

from collections.abc import Sequence

from access.records import Actor
from access.services import audit
from market import intake, metrics, order_records, risk, wake
from market.errors import MarketError, NotFound, NotPermitted, Rejected, UnknownSymbol
from market.intake import InboxRow
from market.models import Order
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from market.risk import Refusal
from market.rows import ListedInstrument, TradedAccount
from market.services import placing, tickets
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind


def place(ticket: OrderTicket, *, actor: Actor) -> Receipt:
    """Take an order on, once for each ClOrdID of an account however often it is handed in.

    Returns a receipt; a business reject is recorded and comes back as one. Raises InvalidRequest with nothing recorded,
    InProgress, Unavailable, or OutcomeUnknown.
    """
    answer = place_many([ticket], actor=actor)[0]
    if isinstance(answer, MarketError):
        raise answer
    return answer


def place_many(order_tickets: Sequence[OrderTicket], *, actor: Actor) -> list[Receipt | MarketError]:
    """Take up to PLACE_BATCH_MAX orders on in one commit, each answered as ``place`` would have answered it.

    An error stands in the place of a ticket of which nothing was recorded. Raises as ``place`` for the database.
    """
    assert 0 < len(order_tickets) <= limits.PLACE_BATCH_MAX, "a batch holds between one and PLACE_BATCH_MAX tickets"
    with intake.acknowledging_transaction():
        placed = placing.place_all(order_tickets, actor=actor)
    for symbol in placed.symbols_to_wake:
        wake.wake(symbol)
    for answer in placed.answers:
        metrics.ORDERS_TAKEN.labels(outcome=_outcome(answer)).inc()
    return placed.answers


def cancel(order_id: int, *, actor: Actor) -> OrderRecord:
    """Ask for an order to be canceled; the matcher decides whether the cancel came before the last fill.

    Raises NotFound for an order that is absent or not the actor's, Rejected when it is already closed.
    """
    with intake.acknowledging_transaction():
        order, account = _access_order(order_id, actor=actor)
        if not order.is_open:
            raise Rejected(RejectReason.TOO_LATE_TO_CANCEL)
        intake.insert_inbox(InboxRow(CommandKind.CANCEL, order.instrument_id, order.pk, account.account_id))
    record = order_records.records_by_id([order_id])[order_id]
    wake.wake(record.symbol)
    return record


def cancel_for_staff(order_id: int, *, actor: Actor) -> None:
    """Ask for anybody's order to be canceled; recorded in the audit log. Raises NotPermitted, NotFound, Rejected."""
    if not actor.role.may_operate:
        raise NotPermitted("Only operators cancel other people's orders.")
    with intake.acknowledging_transaction():
        order = Order.objects.select_related("instrument").filter(pk=order_id).first()
        if order is None:
            raise NotFound("There is no such order.", field="order_id")
        if not order.is_open:
            raise Rejected(RejectReason.TOO_LATE_TO_CANCEL)
        intake.insert_inbox(InboxRow(CommandKind.CANCEL, order.instrument_id, order.pk, order.account_id))
        audit.record(actor=actor, action="order.cancel", subject=str(order_id), detail={})
    wake.wake(order.instrument.symbol)


def cancel_all_of_book(symbol: str, *, actor: Actor) -> int:
    """Ask for every open order of an instrument to be canceled; returns how many, recorded in the audit log.

    All or none are asked for, in one commit. Raises NotPermitted, NotFound.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators cancel other people's orders.")
    with intake.acknowledging_transaction():
        instrument = intake.instruments([symbol]).get(symbol)
        if instrument is None:
            raise UnknownSymbol(symbol)
        count = intake.insert_cancels_of_book(instrument.instrument_id)
        audit.record(actor=actor, action="order.cancel_all", subject=symbol, detail={"orders": count})
    wake.wake(symbol)
    return count


def replace(ticket: ReplaceTicket, *, actor: Actor) -> Receipt:
    """Change price and total quantity of an open limit order, in one command with one outcome.

    A lower quantity at the same price keeps the order's priority; anything else loses it. Returns a receipt as
    ``place`` does. Raises NotFound for an order that is absent or not the actor's.
    """
    with intake.acknowledging_transaction():
        order, account = _access_order(ticket.order_id, actor=actor)
        answer = _replace_once(ticket, order=order, account=account)
        record = order_records.records_by_id([order.pk])[order.pk]
    if not answer.replayed and answer.is_accepted:
        wake.wake(record.symbol)
    return Receipt(record, replayed=answer.replayed, reject=answer.reject, reject_text=answer.reject_text)


def _replace_once(ticket: ReplaceTicket, *, order: Order, account: TradedAccount) -> Receipt:
    content = tickets.replace_hash(ticket)
    claims = intake.claim([(account.account_id, ticket.cl_ord_id, content, order.pk)])
    if not claims:
        key = (account.account_id, ticket.cl_ord_id)
        return tickets.earlier_receipt(intake.earlier_uses([key])[key], content_hash=content, order=None)
    instrument = intake.instrument_by_id(order.instrument_id)
    checked = _check_replace(ticket, order=order, account=account, instrument=instrument)
    if isinstance(checked, Refusal):
        intake.note_outcome(
            account_id=account.account_id, cl_ord_id=ticket.cl_ord_id, reason=checked.reason, text=checked.text
        )
        return Receipt(None, reject=checked.reason, reject_text=checked.text)
    intake.insert_inbox(checked)
    return Receipt(None)


def _check_replace(
    ticket: ReplaceTicket, *, order: Order, account: TradedAccount, instrument: ListedInstrument
) -> InboxRow | Refusal:
    refusal = risk.check_phase(instrument)
    if not order.is_open:
        refusal = Refusal(RejectReason.TOO_LATE_TO_CANCEL, "The order is no longer open, so it cannot be replaced.")
    if refusal is not None:
        return refusal
    lots = risk.order_lots(ticket.order_qty, instrument=instrument)
    ticks = risk.limit_ticks(ticket.price, instrument=instrument)
    if isinstance(lots, Refusal) or isinstance(ticks, Refusal):
        return lots if isinstance(lots, Refusal) else ticks  # type: ignore[return-value]
    means = None
    if account.kind is AccountKind.CASH:
        sells = [(account.account_id, instrument.instrument_id)]
        means = intake.means_of([account.account_id], sells=sells)[account.account_id]
    extra = risk.check_replace(
        risk.OpenOrder(order.side, order.cum_qty_lots, order.leaves_qty_lots, order.reserved_amount),
        order_qty_lots=lots,
        price_ticks=ticks,
        instrument=instrument,
        means=means,
    )
    if isinstance(extra, Refusal):
        return extra
    return InboxRow(
        CommandKind.REPLACE,
        instrument.instrument_id,
        order.pk,
        account.account_id,
        ticks,
        lots,
        extra.reserved_amount,
        extra.reserved_lots,
    )


def _access_order(order_id: int, *, actor: Actor) -> tuple[Order, TradedAccount]:
    order = Order.objects.filter(pk=order_id, account__grants__user_id=actor.user_id).select_related("account").first()
    if order is None:
        raise NotFound("You have no such order.", field="order_id")
    accounts = intake.lock_accounts([order.account.number], user_id=actor.user_id)
    if order.account.number not in accounts:
        raise NotFound("You have no such order.", field="order_id")
    # Read again: what the lock waited for may have changed the order's reservations.
    order.refresh_from_db(fields=["is_open", "cum_qty_lots", "leaves_qty_lots", "reserved_amount"])
    return order, accounts[order.account.number]


def _outcome(answer: Receipt | MarketError) -> str:
    if isinstance(answer, MarketError):
        return answer.code
    if answer.replayed:
        return "replayed"
    return "accepted" if answer.is_accepted else answer.reject.code
