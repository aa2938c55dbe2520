"""Doing the same for one actor together: what comes while the like is being written down shares the next commit."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from access.records import Actor
from market.errors import InProgress
from vocabulary import limits

Item = TypeVar("Item")
Answer = TypeVar("Answer")

InDatabase = Callable[..., Awaitable[Any]]
"""How a door calls what waits for the database: with the function and its arguments, for what it returns."""


class _Waiting(NamedTuple, Generic[Item, Answer]):
    item: Item
    answer: "asyncio.Future[Answer]"


class Together(Generic[Item, Answer]):
    """What waits to be done, by actor, on each event loop. An actor with a queue has a writer at work on it.

    ``write`` does up to PLACE_BATCH_MAX items of an actor in one commit and gives an answer or an error for each; it is
    called by ``in_database``. ``apart`` is what one item has to itself: whoever holds that of one holds up none of the
    others.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item], Actor], Sequence[Answer | Exception]],
        *,
        in_database: InDatabase,
        apart: Callable[[Item], Hashable],
    ) -> None:
        self._write = write
        self._in_database = in_database
        self._apart = apart
        self._desks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk[Item, Answer]] = WeakKeyDictionary()

    async def do(self, item: Item, *, actor: Actor) -> Answer:
        """Have it done; raises the error that answers it.

        What comes alone is written down at once. Whoever stops waiting before theirs is begun has done nothing.
        """
        desk = self._desks.setdefault(asyncio.get_running_loop(), _Desk(self._write_all))
        return await desk.take(item, actor=actor)

    async def finish(self) -> None:
        """Wait until all that was begun is written down, also for those who have stopped waiting."""
        desk = self._desks.get(asyncio.get_running_loop())
        if desk is not None:
            await desk.finish()

    async def _write_all(self, batch: list[_Waiting[Item, Answer]], actor: Actor) -> None:
        if not batch:
            return
        try:
            answers = await self._in_database(self._write, [waiting.item for waiting in batch], actor)
        except InProgress as error:
            parts = self._parts(batch)
            if len(parts) > 1:
                # Somebody holds what one of them needs, which is no answer to the others.
                await asyncio.gather(*(self._write_all(part, actor) for part in parts))
            else:
                _answer_all(batch, [error] * len(batch))
        except Exception as error:
            _answer_all(batch, [error] * len(batch))
        else:
            _answer_all(batch, answers)

    def _parts(self, batch: Iterable[_Waiting[Item, Answer]]) -> list[list[_Waiting[Item, Answer]]]:
        found: dict[Hashable, list[_Waiting[Item, Answer]]] = {}
        for waiting in batch:
            found.setdefault(self._apart(waiting.item), []).append(waiting)
        return list(found.values())


class _Desk(Generic[Item, Answer]):
    """The queues of one event loop."""

    def __init__(self, write: Callable[[list[_Waiting[Item, Answer]], Actor], Awaitable[None]]) -> None:
        self._write = write
        self._queues: dict[Actor, deque[_Waiting[Item, Answer]]] = {}
        self._writers: set[asyncio.Task[None]] = set()

    async def take(self, item: Item, *, actor: Actor) -> Answer:
        waiting: _Waiting[Item, Answer] = _Waiting(item, asyncio.get_running_loop().create_future())
        if actor in self._queues:
            self._queues[actor].append(waiting)
        else:
            self._queues[actor] = deque([waiting])
            writer = asyncio.create_task(self._empty(actor))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return await waiting.answer

    async def finish(self) -> None:
        if self._writers:
            await asyncio.wait(self._writers)

    async def _empty(self, actor: Actor) -> None:
        queue = self._queues[actor]
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), limits.PLACE_BATCH_MAX))]
                await self._write([waiting for waiting in batch if not waiting.answer.done()], actor)
                if len(batch) > 1:
                    # Those who were just answered are about to send their next; one commit for all is soonest for all.
                    await asyncio.sleep(limits.GATHER_MS / 1000)
        finally:
            del self._queues[actor]


def _answer_all(batch: Sequence[_Waiting[Item, Answer]], answers: Sequence[Answer | Exception]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
