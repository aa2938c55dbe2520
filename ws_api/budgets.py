"""What requests cost their callers: the same budgets as over REST."""

import asyncio

from access import budgets
from access.budgets import Budget, Cost
from access.records import Actor
from market.errors import Throttled

SUBSCRIBING = Cost(Budget.READS)
REPLAYING = Cost(Budget.READS, 5)
TRADING = Cost(Budget.ORDERS)
CANCELING = Cost(Budget.CANCELS)
FAILING = Cost(Budget.FAILURES)


async def charge(cost: Cost, *, actor: Actor | None, address: str) -> None:
    """Take what a request costs. Raises Throttled when its caller has not enough left."""
    if not budgets.is_bounded(cost):
        return
    allowed = await asyncio.to_thread(budgets.spend, cost, actor=actor, address=address)
    if allowed is not None and not allowed.is_granted:
        raise Throttled(budgets.told(cost, allowed), retry_after_s=allowed.retry_after_s)
