"""Changing orders of one actor together: changes that come while others are written down share the next commit."""

from collections.abc import Sequence

from access.records import Actor
from grpc_api.together import Together
from market.errors import MarketError
from market.records import Receipt, ReplaceTicket
from market.services import orders


def _write(tickets: Sequence[ReplaceTicket], actor: Actor) -> list[Receipt | MarketError]:
    return orders.replace_many(tickets, actor=actor)


# Accounts that nobody holds are kept apart from one that somebody does by the exchange, and each account's in order.
_together: Together[ReplaceTicket, Receipt] = Together(_write, apart=lambda _: None)


async def replace(ticket: ReplaceTicket, *, actor: Actor) -> Receipt:
    """Change an order as ``orders.replace`` does, with the same answers and errors; after what was asked before."""
    return await _together.do(ticket, actor=actor)


async def finish() -> None:
    """Wait until all that was begun is written down, also for those who have stopped waiting."""
    await _together.finish()
