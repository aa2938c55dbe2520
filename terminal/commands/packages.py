"""Orders that are placed together: brackets, and pairs of which one cancels the other."""

from argparse import Namespace

from terminal.client import Client, PlacedTogether
from terminal.commands.trading import account_of, is_matched, minted_cl_ord_id, order_table, settled
from terminal.records import Ticket, TicketTerms
from terminal.rendering import Answer, sentence
from vocabulary.orders import OrdType, Side, TimeInForce

TAKE_PROFIT, STOP_LOSS, LIMIT, STOP = "-tp", "-sl", "-limit", "-stop"
"""What the ids of orders that belong together end in."""


async def bracket(client: Client, wanted: Namespace) -> Answer:
    """Place an order with the take-profit and the stop-loss that end what it begins."""
    account, name = await account_of(client, wanted), _name(wanted)
    entry = _ticket(wanted, name=name, account=account, side=wanted.side, price=wanted.price, stop_px=wanted.stop)
    other = Side.SELL if wanted.side is Side.BUY else Side.BUY
    take_profit = _ticket(wanted, name=name + TAKE_PROFIT, account=account, side=other, price=wanted.take_profit)
    stop_loss = _ticket(wanted, name=name + STOP_LOSS, account=account, side=other, stop_px=wanted.stop_loss)
    placed = await client.place_bracket(entry, take_profit=take_profit, stop_loss=stop_loss)
    return await _answer(client, placed, wait_s=wanted.wait)


async def pair(client: Client, wanted: Namespace) -> Answer:
    """Place a limit order and a stop of which one cancels the other."""
    account, name = await account_of(client, wanted), _name(wanted)
    limit = _ticket(wanted, name=name + LIMIT, account=account, side=wanted.side, price=wanted.price)
    stop = _ticket(wanted, name=name + STOP, account=account, side=wanted.side, stop_px=wanted.stop)
    placed = await client.place_pair(stop, limit)
    return await _answer(client, placed, wait_s=wanted.wait)


def _name(wanted: Namespace) -> str:
    return minted_cl_ord_id() if wanted.cl_ord_id is None else str(wanted.cl_ord_id)


def _ticket(
    wanted: Namespace, *, name: str, account: str, side: Side, price: str | None = None, stop_px: str | None = None
) -> Ticket:
    kind = OrdType.LIMIT if stop_px is None else OrdType.STOP if price is None else OrdType.STOP_LIMIT
    return Ticket(
        cl_ord_id=name,
        account=account,
        symbol=wanted.symbol,
        side=side,
        order_qty=wanted.order_qty,
        price=price,
        time_in_force=wanted.time_in_force or TimeInForce.DAY,
        ord_type=kind,
        terms=None if stop_px is None else TicketTerms(stop_px=stop_px),
    )


async def _answer(client: Client, placed: PlacedTogether, *, wait_s: float) -> Answer:
    orders = [await settled(client, order, wait_s=wait_s, is_settled=is_matched) for order in placed.orders]
    again = [sentence("These orders had been placed before; nothing was done now.")] if placed.replayed else []
    return Answer({"orders": orders, "replayed": placed.replayed}, [*again, order_table(orders)])
