"""Placing orders of one actor together: those that come while others are being written down share the next commit."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from access.records import Actor
from grpc_api.database import in_database
from market.errors import InProgress
from market.records import OrderTicket, Receipt
from market.services import orders
from vocabulary import limits


class _Waiting(NamedTuple):
    ticket: OrderTicket
    answer: "asyncio.Future[Receipt]"


class _Placer:
    """What waits to be placed on one event loop, by actor. An actor with a queue has a writer at work on it."""

    def __init__(self) -> None:
        self._queues: dict[Actor, deque[_Waiting]] = {}
        self._writers: set[asyncio.Task[None]] = set()

    async def place(self, ticket: OrderTicket, *, actor: Actor) -> Receipt:
        waiting = _Waiting(ticket, asyncio.get_running_loop().create_future())
        if actor in self._queues:
            self._queues[actor].append(waiting)
        else:
            self._queues[actor] = deque([waiting])
            writer = asyncio.create_task(self._write_all(actor))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return await waiting.answer

    async def finish(self) -> None:
        if self._writers:
            await asyncio.wait(self._writers)

    async def _write_all(self, actor: Actor) -> None:
        queue = self._queues[actor]
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), limits.PLACE_BATCH_MAX))]
                await _write([waiting for waiting in batch if not waiting.answer.done()], actor=actor)
                if len(batch) > 1:
                    # Those who were just answered are about to send their next; one commit for all is soonest for all.
                    await asyncio.sleep(limits.GRPC_GATHER_MS / 1000)
        finally:
            del self._queues[actor]


_placers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Placer] = WeakKeyDictionary()


async def place(ticket: OrderTicket, *, actor: Actor) -> Receipt:
    """Place an order as ``orders.place`` does, with the same answers and errors.

    An order that comes alone is written down at once. Whoever stops waiting before theirs is begun has placed nothing.
    """
    return await _placers.setdefault(asyncio.get_running_loop(), _Placer()).place(ticket, actor=actor)


async def finish() -> None:
    """Wait until all that was begun is written down, also for those who have stopped waiting."""
    placer = _placers.get(asyncio.get_running_loop())
    if placer is not None:
        await placer.finish()


async def _write(batch: list[_Waiting], *, actor: Actor) -> None:
    if not batch:
        return
    try:
        answers = await in_database(orders.place_many, [waiting.ticket for waiting in batch], actor=actor)
    except InProgress as error:
        by_account = _by_account(batch)
        if len(by_account) > 1:
            # Somebody holds one of the accounts, which is no answer to orders of the others.
            await asyncio.gather(*(_write(of_account, actor=actor) for of_account in by_account))
        else:
            _answer_all(batch, [error] * len(batch))
    except Exception as error:
        _answer_all(batch, [error] * len(batch))
    else:
        _answer_all(batch, answers)


def _by_account(batch: Iterable[_Waiting]) -> list[list[_Waiting]]:
    found: dict[str, list[_Waiting]] = {}
    for waiting in batch:
        found.setdefault(waiting.ticket.account, []).append(waiting)
    return list(found.values())


def _answer_all(batch: Sequence[_Waiting], answers: Sequence[Receipt | Exception]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
