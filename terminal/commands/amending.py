"""Changing and canceling orders that are open. Each waits a moment for the matcher's answer."""

import re
from argparse import Namespace
from decimal import Decimal

from rich.text import Text

from terminal.client import Client
from terminal.commands.trading import account_of, minted_cl_ord_id, order_table, settled
from terminal.records import Change, Order
from terminal.refusals import Refusal, Refused, rejected
from terminal.rendering import Answer, sentence
from vocabulary.exit_status import ExitStatus
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

ORDER_ID = re.compile("[0-9]{1,19}")
ORDER_ID_MAX = 2**63 - 1


async def replace(client: Client, wanted: Namespace) -> Answer:
    """Change an order's total quantity, and its price and stop price where they are given."""
    before = await client.order(await _order_id_of(client, wanted))
    change = Change(
        order_id=before.order_id,
        cl_ord_id=minted_cl_ord_id() if wanted.cl_ord_id is None else wanted.cl_ord_id,
        order_qty=wanted.order_qty,
        price=wanted.price,
        stop_px=wanted.stop,
    )
    placed = await client.replace(change)
    order = await settled(
        client,
        placed.order,
        wait_s=wanted.wait,
        is_settled=lambda found: _shows(found, change=change) or not found.ord_status.is_open,
    )
    is_taken = _shows(order, change=change)
    if not is_taken and not order.ord_status.is_open:
        reason = RejectReason.TOO_LATE_TO_CANCEL
        raise rejected(reason.code, f"{reason.sentence} It is {order.ord_status.name}.")
    note = [] if is_taken else [sentence("The change is taken on; the matcher has not reached it yet.")]
    return Answer({"order": order, "replayed": placed.replayed}, [*note, order_table([order])])


async def cancel(client: Client, wanted: Namespace) -> Answer:
    """Cancel an order and wait until it is closed."""
    order = await client.cancel(await _order_id_of(client, wanted))
    order = await settled(client, order, wait_s=wanted.wait, is_settled=lambda found: not found.ord_status.is_open)
    if not order.ord_status.is_open and order.ord_status is not OrdStatus.CANCELED:
        reason = RejectReason.TOO_LATE_TO_CANCEL
        raise rejected(reason.code, f"{reason.sentence} It is {order.ord_status.name}.")
    return Answer({"order": order}, [*_note_if_open(order), order_table([order])])


async def cancel_all(client: Client, wanted: Namespace) -> Answer:
    """Cancel all open orders of an account, of one instrument or one side where that is asked."""
    account = await account_of(client, wanted)
    count = await client.cancel_all(account, symbol=wanted.symbol, side=wanted.side)
    orders = "1 open order" if count == 1 else f"{count} open orders"
    said = f"The cancel of {orders} is taken on." if count else "There is no open order to cancel."
    return Answer({"account": account, "orders": count}, [sentence(said)])


def _shows(order: Order, *, change: Change) -> bool:
    """Whether an order stands as a change that the exchange took on would have it."""
    stop_px = order.terms.stop_px if order.terms else None
    return (
        order.order_qty == Decimal(change.order_qty)
        and (change.price is None or order.price == Decimal(change.price))
        and (change.stop_px is None or stop_px == Decimal(change.stop_px))
    )


async def _order_id_of(client: Client, wanted: Namespace) -> int:
    if ORDER_ID.fullmatch(wanted.order):
        if int(wanted.order) > ORDER_ID_MAX:
            raise Refused(Refusal(ExitStatus.NOT_FOUND, "not_found", "You have no such order."))
        return int(wanted.order)
    account = await account_of(client, wanted)
    return (await client.order_by_cl_ord_id(wanted.order, account=account)).order_id


def _note_if_open(order: Order) -> list[Text]:
    return [sentence("The cancel is taken on; the matcher has not reached it yet.")] if order.ord_status.is_open else []
