"""Placing orders. Each command waits a moment for the matcher's answer, so that it ends as the order did."""

import asyncio
import time
from argparse import Namespace
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

from rich.console import RenderableType
from rich.text import Text

from terminal.client import Client
from terminal.commands.hints import hint_for
from terminal.records import Order, Ticket, TicketTerms
from terminal.refusals import Refused, malformed, rejected
from terminal.rendering import Answer, sentence, shown, table
from vocabulary.orders import ExecInst, OrdStatus, OrdType, PegOffsetType, PegPriceType, Side, TimeInForce
from vocabulary.rejects import RejectReason

ASK_AGAIN_S = 0.05
BASIS_POINTS = "bps"
WORD_FOR_NO_PRICE = {OrdType.MARKET: "market", OrdType.STOP: "stop", OrdType.PEGGED: "pegged"}
ORDER_COLUMNS = ("order", "status", "side", "quantity", "price", "filled", "average", "open", "cl_ord_id")


def minted_cl_ord_id() -> str:
    """A new id for an order."""
    return f"t-{uuid4().hex}"


async def buy(client: Client, wanted: Namespace) -> Answer:
    """Place a buy order."""
    return await _place(client, wanted, side=Side.BUY)


async def sell(client: Client, wanted: Namespace) -> Answer:
    """Place a sell order."""
    return await _place(client, wanted, side=Side.SELL)


def order_table(orders: list[Order] | tuple[Order, ...], *, empty: str = "There is no such order.") -> RenderableType:
    """Orders as a table."""
    return table(ORDER_COLUMNS, [_row(order) for order in orders], empty=empty)


def price_of(order: Order) -> Decimal | Text | None:
    """The price of an order for a table. A limit that was no price at all is not on the record."""
    word = WORD_FOR_NO_PRICE.get(order.ord_type)
    stop_px = order.terms.stop_px if order.terms else None
    if stop_px is not None:
        limit = "" if order.price is None else f"{order.price:f} "
        return Text(f"{limit}stop {stop_px:f}", justify="right")
    return order.price if word is None or order.price is not None else Text(word, justify="right")


async def account_of(client: Client, wanted: Namespace) -> str:
    """The account that was asked for; else the only one there is. Raises Refused when there is a choice."""
    if wanted.account:
        return str(wanted.account)
    numbers = [account.number for account in await client.accounts()]
    if len(numbers) == 1:
        return numbers[0]
    choice = f"Name one of {', '.join(numbers)} with --account." if numbers else "You have none to trade with."
    raise malformed(choice, field="account", code="required")


async def _place(client: Client, wanted: Namespace, *, side: Side) -> Answer:
    ord_type, terms = _terms_of(wanted)
    ticket = Ticket(
        cl_ord_id=minted_cl_ord_id() if wanted.cl_ord_id is None else wanted.cl_ord_id,
        account=await account_of(client, wanted),
        symbol=wanted.symbol,
        side=side,
        order_qty=wanted.order_qty,
        price=wanted.price,
        time_in_force=wanted.time_in_force or (TimeInForce.DAY if wanted.expire is None else TimeInForce.GTD),
        ord_type=ord_type,
        terms=terms,
    )
    try:
        placed = await client.place(ticket)
    except Refused as refused:
        raise refused.hinting(await hint_for(refused.refusal, ticket=ticket, client=client)) from refused
    order = await settled(client, placed.order, wait_s=wanted.wait, is_settled=is_matched)
    if order.ord_status is OrdStatus.REJECTED:
        raise rejected(order.reject_reason, why(order))
    again = [sentence("This order had been placed before; nothing was done now.")] if placed.replayed else []
    document = {"order": order, "replayed": placed.replayed}
    return Answer(document, [*again, *_why_closed(order), order_table([order])])


def _terms_of(wanted: Namespace) -> tuple[OrdType | None, TicketTerms | None]:
    """The order's type, None for the price to decide, and its terms, None for a plain order."""
    trail, is_bps = wanted.trail, bool(wanted.trail) and wanted.trail.endswith(BASIS_POINTS)
    kind, peg = None, PegPriceType.NONE
    if wanted.peg is not None:
        kind, peg = OrdType.PEGGED, PegPriceType[wanted.peg.upper()]
    elif trail is not None:
        kind, peg = OrdType.STOP, PegPriceType.TRAILING_STOP
    elif wanted.stop is not None:
        kind = OrdType.STOP if wanted.price is None else OrdType.STOP_LIMIT
    instructions = [ExecInst.POST_ONLY] if wanted.post_only or wanted.slide else []
    terms = TicketTerms(
        stop_px=wanted.stop,
        protection_px=wanted.protect,
        display_qty=wanted.display,
        min_qty=wanted.min,
        exec_inst=(*instructions, *([ExecInst.SLIDE] if wanted.slide else [])),
        self_trade_prevention=wanted.stp,
        peg_price_type=peg,
        peg_offset_type=PegOffsetType.BASIS_POINTS if is_bps else PegOffsetType.TICKS,
        peg_offset=trail.removesuffix(BASIS_POINTS) if trail is not None else wanted.offset,
        expire_time=wanted.expire,
    )
    return kind, None if terms == TicketTerms() else terms


async def settled(client: Client, order: Order, *, wait_s: float, is_settled: Callable[[Order], bool]) -> Order:
    """The order as soon as it stands as hoped for, or as it stands when the time is over."""
    deadline = time.monotonic() + wait_s
    while not is_settled(order) and time.monotonic() < deadline:
        await asyncio.sleep(ASK_AGAIN_S)
        order = await client.order(order.order_id)
    return order


def is_matched(order: Order) -> bool:
    """Whether the matcher has come to the order."""
    return order.ord_status is not OrdStatus.PENDING_NEW


def why(order: Order) -> str:
    """What the exchange says of an order that it turned down or closed itself."""
    reason = next((known for known in RejectReason if known.code == order.reject_reason), RejectReason.NONE)
    return order.text or ("" if reason is RejectReason.NONE else reason.sentence)


def _why_closed(order: Order) -> list[Text]:
    said = why(order)
    return [sentence(said)] if said else []


def _row(order: Order) -> tuple[object, ...]:
    return (
        str(order.order_id),
        order.ord_status,
        order.side,
        order.order_qty,
        price_of(order),
        order.cum_qty,
        order.avg_px,
        order.leaves_qty,
        shown(order.cl_ord_id),
    )
