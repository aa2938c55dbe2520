"""Placing, replacing and canceling orders: the intake of the order path.

The commit of each function is its acknowledgement. From then on nothing may lose the order; the wake-up that follows
is only a hint.
"""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction

from access.records import Actor
from access.services import audit
from market import grants, intake, metrics, order_records, term_rules, wake
from market.errors import InProgress, InvalidRequest, MarketError, NotFound, NotPermitted, Rejected, UnknownSymbol
from market.failpoints import failpoint
from market.intake import InboxRow
from market.models import Order
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from market.selectors import orders as order_selectors
from market.services import parking, placing, replacing
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import ContingencyType, OrdType, Side
from vocabulary.rejects import RejectReason

OrderName = int | tuple[str, str]
"""An order's id, or its account and a ClOrdID that was used for it."""


def place(ticket: OrderTicket, *, actor: Actor) -> Receipt:
    """Take an order on, once for each ClOrdID of an account however often it is handed in.

    Returns a receipt; a business reject is recorded and comes back as one. Raises InvalidRequest or InboxFull with
    nothing recorded, InProgress, Unavailable, or OutcomeUnknown.
    """
    answer = place_many([ticket], actor=actor)[0]
    if isinstance(answer, MarketError):
        raise answer
    return answer


def check(ticket: OrderTicket, *, actor: Actor) -> Receipt:
    """What ``place`` would answer now. Nothing is recorded, the ClOrdID stays free. Raises as ``place`` does."""
    with intake.acknowledging_transaction() as began_at:
        answer = placing.place_all([ticket], actor=actor, now=began_at).answers[0]
        transaction.set_rollback(True)
    if isinstance(answer, MarketError):
        raise answer
    return answer


def place_many(order_tickets: Sequence[OrderTicket], *, actor: Actor) -> list[Receipt | MarketError]:
    """Take up to PLACE_BATCH_MAX orders on in one commit, each answered as ``place`` would have answered it.

    An error stands in the place of a ticket of which nothing was recorded. Raises as ``place`` for the database.
    """
    assert 0 < len(order_tickets) <= limits.PLACE_BATCH_MAX, "a batch holds between one and PLACE_BATCH_MAX tickets"
    return _place(order_tickets, actor=actor)


def place_bracket(
    entry: OrderTicket, *, take_profit: OrderTicket, stop_loss: OrderTicket, actor: Actor
) -> list[Receipt]:
    """Take on an order and the two that end what it begins, in one commit: all three or none.

    The take-profit, a LIMIT, and the stop-loss, a STOP or STOP_LIMIT, are held until the entry is closed, for what it
    has filled; then one cancels the other. Raises InvalidRequest when the three form no bracket, else as ``place``.
    """
    tickets_of_bracket = bracket_of(entry, take_profit=take_profit, stop_loss=stop_loss)
    return _place_package(tickets_of_bracket, actor=actor, parks_first=True)


def place_oco(first: OrderTicket, second: OrderTicket, *, actor: Actor) -> list[Receipt]:
    """Take on two orders of which one cancels the other, in one commit: both or neither. Raises as ``place`` does.

    Hand the stop in first: a limit order that trades as it enters then cancels it, and not the other way round.
    """
    return _place_package(pair_of(first, second), actor=actor)


def bracket_of(entry: OrderTicket, *, take_profit: OrderTicket, stop_loss: OrderTicket) -> list[OrderTicket]:
    """The three tickets tied to each other as a bracket's are. Raises InvalidRequest when they form none."""
    _check_bracket(entry, take_profit=take_profit, stop_loss=stop_loss)
    held = [
        dataclasses.replace(
            leg, contingency_type=ContingencyType.ONE_TRIGGERS_THE_OTHER, linked_cl_ord_id=entry.cl_ord_id
        )
        for leg in (take_profit, stop_loss)
    ]
    return [entry, *held]


def pair_of(first: OrderTicket, second: OrderTicket) -> list[OrderTicket]:
    """The two tickets, the second tied to the first so that one cancels the other."""
    tied = dataclasses.replace(
        second, contingency_type=ContingencyType.ONE_CANCELS_THE_OTHER, linked_cl_ord_id=first.cl_ord_id
    )
    return [first, tied]


def cancel(order_id: int, *, actor: Actor) -> OrderRecord:
    """Ask for an order to be canceled; the matcher decides whether the cancel came before the last fill.

    Raises NotFound for an order that is absent or not the actor's, Rejected when it is already closed.
    """
    (answer,) = cancel_many([order_id], actor=actor)
    if isinstance(answer, MarketError):
        raise answer
    return answer


def cancel_many(order_ids: Sequence[int], *, actor: Actor) -> list[OrderRecord | MarketError]:
    """Ask for up to PLACE_BATCH_MAX orders to be canceled, in one commit, each answered as ``cancel`` would have.

    An error stands in the place of an order for which nothing was asked. Raises as ``cancel`` for the database.
    """
    assert 0 < len(order_ids) <= limits.PLACE_BATCH_MAX, "a batch holds between one and PLACE_BATCH_MAX orders"
    with intake.acknowledging_transaction():
        reached = Order.objects.filter(grants.reached_by(actor, through="account__"), pk__in=order_ids)
        locked = intake.lock_accounts(reached.values_list("account__number", flat=True), actor=actor)
        # Read under the lock: what it waited for may have closed some.
        account_ids = [account.account_id for account in locked.values()]
        rows = {row.pk: row for row in Order.objects.filter(pk__in=order_ids, account_id__in=account_ids)}
        asked = [rows[order_id] for order_id in order_ids if order_id in rows and rows[order_id].is_open]
        intake.insert_cancels([(row.instrument_id, row.pk, row.account_id) for row in asked])
    records = order_records.records_by_id({row.pk for row in asked})
    for symbol in sorted({record.symbol for record in records.values()}):
        wake.wake(symbol)
    return [records.get(order_id) or _not_canceled(order_id, rows=rows) for order_id in order_ids]


def cancel_named(names: Sequence[OrderName], *, actor: Actor) -> list[OrderRecord | MarketError]:
    """As ``cancel_many``, of orders of which some are named by their account and ClOrdID."""
    grants.check_may_trade(actor)
    by_cl_ord_id = order_selectors.ids_by_cl_ord_id([name for name in names if isinstance(name, tuple)], actor=actor)
    order_ids = [by_cl_ord_id.get(name) if isinstance(name, tuple) else name for name in names]
    there_are = [order_id for order_id in order_ids if order_id is not None]
    answers = iter(cancel_many(there_are, actor=actor) if there_are else ())
    absent = NotFound("You have no order with this cl_ord_id.", field="cl_ord_id")
    return [absent if order_id is None else next(answers) for order_id in order_ids]


def _not_canceled(order_id: int, *, rows: Mapping[int, Order]) -> MarketError:
    if order_id in rows:
        return Rejected(RejectReason.TOO_LATE_TO_CANCEL)
    return NotFound("You have no such order.", field="order_id")


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


def mass_cancel(account: str, *, symbol: str | None = None, side: Side | None = None, actor: Actor) -> int:
    """Ask for all open orders of an account to be canceled, of one instrument or side if named; returns how many.

    Each book cancels in one command. Raises NotFound for an account that is not the actor's or an instrument that does
    not exist.
    """
    of_side = 0 if side is None else side.value
    with intake.acknowledging_transaction():
        traded = intake.lock_accounts([account], actor=actor).get(account)
        if traded is None:
            raise NotFound("You have no such account.", field="account")
        if symbol is not None and symbol not in intake.instruments([symbol]):
            raise UnknownSymbol(symbol)
        books = intake.open_orders_of_account(traded.account_id, symbol=symbol, side=of_side)
        for _, instrument_id, _ in books:
            intake.insert_inbox(
                InboxRow(CommandKind.MASS_CANCEL, instrument_id, account_id=traded.account_id, side=of_side)
            )
    for named, _, _ in books:
        wake.wake(named)
    return sum(count for _, _, count in books)


def cancel_all_of_book(symbol: str, *, actor: Actor) -> int:
    """Ask for every open order of an instrument to be canceled; returns how many, recorded in the audit log.

    The book cancels them in one command. Raises NotPermitted, NotFound.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators cancel other people's orders.")
    with intake.acknowledging_transaction():
        instrument = intake.instruments([symbol]).get(symbol)
        if instrument is None:
            raise UnknownSymbol(symbol)
        count = intake.open_orders_of_book(instrument.instrument_id)
        if count:
            intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, instrument.instrument_id))
        audit.record(actor=actor, action="order.cancel_all", subject=symbol, detail={"orders": count})
    wake.wake(symbol)
    return count


def replace(ticket: ReplaceTicket, *, actor: Actor) -> Receipt:
    """Change price, total quantity and stop price of an open order, in one command with one outcome.

    A lower quantity at the same price keeps the order's priority; anything else loses it. Returns a receipt as
    ``place`` does. Raises NotFound for an order that is absent or not the actor's, InboxFull.
    """
    (answer,) = replace_many([ticket], actor=actor)
    if isinstance(answer, MarketError):
        raise answer
    return answer


def replace_many(replace_tickets: Sequence[ReplaceTicket], *, actor: Actor) -> list[Receipt | MarketError]:
    """Change up to PLACE_BATCH_MAX orders in one commit, in their order, each answered as ``replace`` would have.

    An error stands in the place of a ticket of which nothing was recorded. Where somebody holds one of the accounts,
    each account has a commit of its own, so that none waits for another. Raises as ``replace`` for the database.
    """
    assert 0 < len(replace_tickets) <= limits.PLACE_BATCH_MAX, "a batch holds between one and PLACE_BATCH_MAX tickets"
    try:
        return _replace(replace_tickets, actor=actor)
    except InProgress:
        places = _places_by_account(replace_tickets)
        if len(places) == 1:
            raise
    answers: dict[int, Receipt | MarketError] = {}
    for of_account in places:
        answers.update(_replace_of_account([replace_tickets[place] for place in of_account], of_account, actor=actor))
    return [answers[place] for place in range(len(replace_tickets))]


def _replace(replace_tickets: Sequence[ReplaceTicket], *, actor: Actor) -> list[Receipt | MarketError]:
    with intake.acknowledging_transaction():
        replaced = replacing.replace_all(replace_tickets, actor=actor)
    for symbol in replaced.symbols_to_wake:
        wake.wake(symbol)
    return replaced.answers


def _places_by_account(replace_tickets: Sequence[ReplaceTicket]) -> list[list[int]]:
    order_ids = {ticket.order_id for ticket in replace_tickets}
    account_of = dict(Order.objects.filter(pk__in=order_ids).values_list("pk", "account_id"))
    places: dict[int | None, list[int]] = {}
    for place, ticket in enumerate(replace_tickets):
        places.setdefault(account_of.get(ticket.order_id), []).append(place)
    return list(places.values())


def _replace_of_account(
    replace_tickets: Sequence[ReplaceTicket], places: Sequence[int], *, actor: Actor
) -> dict[int, Receipt | MarketError]:
    try:
        return dict(zip(places, _replace(replace_tickets, actor=actor), strict=True))
    except MarketError as error:  # what another account's commit has done stays told
        return dict.fromkeys(places, error)


def _place(
    order_tickets: Sequence[OrderTicket], *, actor: Actor, is_package: bool = False, parks_first: bool = False
) -> list[Receipt | MarketError]:
    with intake.acknowledging_transaction() as now:
        placed = placing.place_all(order_tickets, actor=actor, now=now, is_package=is_package, parks_first=parks_first)
    for symbol in placed.symbols_to_wake:
        wake.wake(symbol)
    failpoint("intake.before_reply")
    for outcome, count in Counter(map(_outcome, placed.answers)).items():
        metrics.ORDERS_TAKEN.labels(outcome=outcome).inc(count)
    return placed.answers


def _place_package(order_tickets: Sequence[OrderTicket], *, actor: Actor, parks_first: bool = False) -> list[Receipt]:
    if len({(ticket.account, ticket.cl_ord_id) for ticket in order_tickets}) != len(order_tickets):
        raise InvalidRequest("Each order of a package needs a cl_ord_id of its own.", field="cl_ord_id")
    receipts = []
    for answer in _place(order_tickets, actor=actor, is_package=True, parks_first=parks_first):
        assert isinstance(answer, Receipt), "an error in a package is raised"
        receipts.append(answer)
    return receipts


def _check_bracket(entry: OrderTicket, *, take_profit: OrderTicket, stop_loss: OrderTicket) -> None:
    if not parking.can_be_parked(entry) or entry.time_in_force not in term_rules.RESTING:
        raise InvalidRequest(
            "A bracket begins with a LIMIT, STOP or STOP_LIMIT order that may rest and has no min_qty.", field="entry"
        )
    for name, leg in (("take_profit", take_profit), ("stop_loss", stop_loss)):
        if (leg.account, leg.symbol) != (entry.account, entry.symbol):
            raise InvalidRequest("A bracket is of one account and one instrument.", field=name)
        if leg.side is not entry.side.opposite:
            raise InvalidRequest("What ends a bracket goes the other way than its entry.", field=name)
        if leg.order_qty > entry.order_qty:
            raise InvalidRequest("What ends a bracket is not larger than its entry.", field=name)
    if take_profit.ord_type is not OrdType.LIMIT:
        raise InvalidRequest("A take-profit is a LIMIT order.", field="take_profit")
    if not stop_loss.ord_type.is_stop:
        raise InvalidRequest("A stop-loss is a STOP or STOP_LIMIT order.", field="stop_loss")


def _outcome(answer: Receipt | MarketError) -> str:
    if isinstance(answer, MarketError):
        return answer.code
    if answer.replayed:
        return "replayed"
    return "accepted" if answer.is_accepted else answer.reject.code
