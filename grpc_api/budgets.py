"""What calls cost their callers: the same budgets as over REST. What comes together is charged together."""

import asyncio
from collections import deque
from typing import NamedTuple
from weakref import WeakKeyDictionary

from access import budgets
from access.budgets import Budget, Cost
from access.rates import Allowance
from access.records import Actor
from market.errors import Throttled

READING = Cost(Budget.READS)
TRADING = Cost(Budget.ORDERS)
CANCELING = Cost(Budget.CANCELS)
OPERATING = Cost(Budget.CANCELS)
FAILING = Cost(Budget.FAILURES)


class _Payer(NamedTuple):
    """Whose budget a cost is taken from."""

    budget: Budget
    actor: Actor | None
    address: str


class _Waiting(NamedTuple):
    cost: Cost
    answer: "asyncio.Future[Allowance | None]"


_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[_Payer, deque[_Waiting]]] = WeakKeyDictionary()
"""What waits to be charged on each event loop. Who has begun a queue charges until it is empty."""

_charging: set[asyncio.Task[None]] = set()


async def charge(cost: Cost, *, actor: Actor | None, address: str) -> None:
    """Take what a call costs. Raises Throttled when its caller has not enough left."""
    if not budgets.is_bounded(cost):
        return
    allowed = await _spend(cost, payer=_Payer(cost.budget, actor, address))
    if allowed is not None and not allowed.is_granted:
        raise Throttled(budgets.told(cost, allowed), retry_after_s=allowed.retry_after_s)


async def _spend(cost: Cost, *, payer: _Payer) -> Allowance | None:
    loop = asyncio.get_running_loop()
    waiting = _Waiting(cost, loop.create_future())
    queues = _queues.setdefault(loop, {})
    if payer in queues:
        queues[payer].append(waiting)
    else:
        queues[payer] = deque([waiting])
        _charging.add(task := asyncio.create_task(_charge_all(payer, queues)))
        task.add_done_callback(_charging.discard)
    return await waiting.answer


async def _charge_all(payer: _Payer, queues: dict[_Payer, deque[_Waiting]]) -> None:
    queue = queues[payer]
    try:
        while queue:
            together, costs = list(queue), [waiting.cost for waiting in queue]
            queue.clear()
            try:
                answers = await asyncio.to_thread(budgets.spend_each, costs, actor=payer.actor, address=payer.address)
            except Exception as error:
                _fail(together, error)
            else:
                _answer(together, answers)
    finally:
        del queues[payer]


def _answer(together: list[_Waiting], answers: list[Allowance | None]) -> None:
    for waiting, answer in zip(together, answers, strict=True):
        if not waiting.answer.done():
            waiting.answer.set_result(answer)


def _fail(together: list[_Waiting], error: Exception) -> None:
    for waiting in together:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
