"""Cancel, replace, expire: one order or many."""

from tests.matching.reference import acceptance, entry, links, pegs, trading
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.orders import ExecInst, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

MASS_CANCEL_REASONS = {
    0: RejectReason.MASS_CANCEL,
    int(ExecInst.CANCEL_ON_HALT): RejectReason.CANCELED_ON_HALT,
    int(ExecInst.CANCEL_ON_DISCONNECT): RejectReason.CANCELED_ON_DISCONNECT,
}


def cancel(book: BookState, command: dict[str, int]) -> None:
    order = _find_own(book, command)
    if order is None:
        book.tell_unknown(EventKind.CANCEL_REJECTED, command)
    else:
        links.close(book, order, EventKind.CANCELED)


def replace(book: BookState, command: dict[str, int]) -> None:
    order = _find_own(book, command)
    if order is None:
        book.tell_unknown(EventKind.REPLACE_REJECTED, command)
        return
    reason = acceptance.why_not_replaced(book, order, command)
    if reason is not RejectReason.NONE:
        book.tell(EventKind.REPLACE_REJECTED, order, reason=reason)
        return
    price_ticks = acceptance.price_without_trading(book, order, command["price_ticks"])
    if price_ticks is None:
        book.tell(EventKind.REPLACE_REJECTED, order, reason=RejectReason.WOULD_TRADE)
    elif order.is_pegged:
        _replace_pegged(book, order, command)
    elif order.place == Place.BOOK:
        _replace_in_book(book, order, command, price_ticks=price_ticks)
    else:
        _replace_elsewhere(book, order, command)


def _replace_pegged(book: BookState, order: Order, command: dict[str, int]) -> None:
    keeps_place = (
        command["price_ticks"] == order.limit_price_ticks and command["order_qty_lots"] <= order.order_qty
    ) or book.phase != TradingPhase.CONTINUOUS
    order.limit_price_ticks = command["price_ticks"]
    order.order_qty = command["order_qty_lots"]
    if not keeps_place:
        book.leave_place(order)
        pegs.stand(book, order)
    book.tell(EventKind.REPLACED, order)


def _replace_in_book(book: BookState, order: Order, command: dict[str, int], *, price_ticks: int) -> None:
    keeps_place = price_ticks == order.price_ticks and command["order_qty_lots"] <= order.order_qty
    order.price_ticks = price_ticks
    order.order_qty = command["order_qty_lots"]
    if keeps_place:
        order.show_no_more_than_it_has()
        book.tell(EventKind.REPLACED, order)
        return
    book.leave_place(order)
    if book.phase == TradingPhase.CONTINUOUS:
        book.tell(EventKind.REPLACED, order)
        trading.take(book, order)
    else:
        book.rest(order)
        book.tell(EventKind.REPLACED, order)


def _replace_elsewhere(book: BookState, order: Order, command: dict[str, int]) -> None:
    """A stop that waits, or an order that stands ASIDE."""
    order.price_ticks = command["price_ticks"]
    order.order_qty = command["order_qty_lots"]
    has_new_stop_price = command["stop_px_ticks"] not in (0, order.stop_px_ticks)
    if has_new_stop_price:
        order.stop_px_ticks = command["stop_px_ticks"]
    if has_new_stop_price and order.place == Place.STOPS:
        book.leave_place(order)
        entry.stand_as_stop(book, order)
    book.tell(EventKind.REPLACED, order)


def mass_cancel(book: BookState, command: dict[str, int]) -> None:
    account_id, side, exec_inst = command["account_id"], command["side"], command["exec_inst"]
    if account_id < 0 or side not in (0, Side.BUY, Side.SELL) or exec_inst not in MASS_CANCEL_REASONS:
        book.reject(command, RejectReason.INVALID_COMMAND)
        return
    chosen = [
        order
        for order in book.in_snapshot_order()
        if account_id in (0, order.account_id)
        and side in (0, order.side)
        and (exec_inst == 0 or order.exec_inst & exec_inst)
    ]
    count = _close_all(book, chosen, EventKind.CANCELED, reason=MASS_CANCEL_REASONS[exec_inst])
    book.write(kind=EventKind.MASS_ACTION_DONE, account_id=account_id, side=side, cum_qty_lots=count)


def expire(book: BookState, command: dict[str, int]) -> None:
    if command["order_id"] > 0:
        order = book.open_orders.get(command["order_id"])
        if order is None:
            book.tell_unknown(EventKind.CANCEL_REJECTED, command)
        else:
            links.close(book, order, EventKind.EXPIRED)
        return
    if command["order_id"] < 0 or command["time_in_force"] not in (TimeInForce.DAY, TimeInForce.GTD):
        book.reject(command, RejectReason.INVALID_COMMAND)
        return
    chosen = [order for order in book.in_snapshot_order() if _is_over(order, command)]
    count = _close_all(book, chosen, EventKind.EXPIRED, reason=RejectReason.NONE)
    book.write(kind=EventKind.MASS_ACTION_DONE, cum_qty_lots=count)


def _is_over(order: Order, command: dict[str, int]) -> bool:
    if order.time_in_force == TimeInForce.GTD:
        return order.expire_time_ns <= command["transact_time_ns"]
    return order.time_in_force == TimeInForce.DAY == command["time_in_force"]


def _close_all(book: BookState, orders: list[Order], kind: EventKind, *, reason: RejectReason) -> int:
    """Close the orders one by one but those that a link has closed in the meantime; how many."""
    count = 0
    for order in orders:
        if book.open_orders.get(order.order_id) is order:
            links.close(book, order, kind, reason=reason)
            count += 1
    return count


def _find_own(book: BookState, command: dict[str, int]) -> Order | None:
    order = book.open_orders.get(command["order_id"])
    return order if order is not None and order.account_id == command["account_id"] else None
