"""Placing, replacing and canceling: what comes while the like of one actor is written down shares the next commit."""

from collections.abc import Sequence

from access.records import Actor
from market.errors import MarketError
from market.gathering.together import InDatabase, Together
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from market.services import orders
from market.services.orders import OrderName


class GatheredOrders:
    """What one door was asked for by all its callers. Each is answered as the service would have answered it alone.

    What comes alone is written down at once. Whoever stops waiting before theirs is begun has done nothing.
    """

    def __init__(self, in_database: InDatabase) -> None:
        self._placing = Together(_place, in_database=in_database, apart=lambda ticket: ticket.account)
        # The service keeps accounts that nobody holds apart from one that somebody does, and each account's in order.
        self._replacing = Together(_replace, in_database=in_database, apart=lambda _: None)
        self._canceling = Together(_cancel, in_database=in_database, apart=lambda named: named)

    async def place(self, ticket: OrderTicket, *, actor: Actor) -> Receipt:
        """Place an order as ``orders.place`` does, with the same answers and errors; after what was asked before."""
        return await self._placing.do(ticket, actor=actor)

    async def replace(self, ticket: ReplaceTicket, *, actor: Actor) -> Receipt:
        """Change an order as ``orders.replace`` does, with the same answers and errors; after what was asked before."""
        return await self._replacing.do(ticket, actor=actor)

    async def cancel(self, named: OrderName, *, actor: Actor) -> OrderRecord:
        """Ask for an order to be canceled as ``orders.cancel`` does, with the same answers and errors."""
        return await self._canceling.do(named, actor=actor)

    async def finish(self) -> None:
        """Wait until all that was begun is written down, also for those who have stopped waiting."""
        for gathered in (self._placing, self._replacing, self._canceling):
            await gathered.finish()


def _place(tickets: Sequence[OrderTicket], actor: Actor) -> list[Receipt | MarketError]:
    return orders.place_many(tickets, actor=actor)


def _replace(tickets: Sequence[ReplaceTicket], actor: Actor) -> list[Receipt | MarketError]:
    return orders.replace_many(tickets, actor=actor)


def _cancel(names: Sequence[OrderName], actor: Actor) -> list[OrderRecord | MarketError]:
    return orders.cancel_named(names, actor=actor)
