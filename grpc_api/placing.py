"""Placing orders of one actor together: those that come while others are being written down share the next commit."""

from collections.abc import Sequence

from access.records import Actor
from grpc_api.together import Together
from market.errors import MarketError
from market.records import OrderTicket, Receipt
from market.services import orders


def _write(tickets: Sequence[OrderTicket], actor: Actor) -> list[Receipt | MarketError]:
    return orders.place_many(tickets, actor=actor)


_together: Together[OrderTicket, Receipt] = Together(_write, apart=lambda ticket: ticket.account)


async def place(ticket: OrderTicket, *, actor: Actor) -> Receipt:
    """Place an order as ``orders.place`` does, with the same answers and errors.

    An order that comes alone is written down at once. Whoever stops waiting before theirs is begun has placed nothing.
    """
    return await _together.do(ticket, actor=actor)


async def finish() -> None:
    """Wait until all that was begun is written down, also for those who have stopped waiting."""
    await _together.finish()
