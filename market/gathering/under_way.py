"""What one connection has asked for and is not done yet: many requests of one kind, or one of any other."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from vocabulary import limits


class UnderWay:
    """The requests of one connection that share commits: ORDER_REQUESTS_IN_FLIGHT_MAX at once, all of one kind.

    Each kind waits for those of others that were asked for before, so that no change and no cancel overtakes its order.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._kind: object = None

    def __bool__(self) -> bool:
        return any(not task.done() for task in self._tasks)

    async def begin(self, work: Callable[[], Coroutine[Any, Any, None]], *, kind: object) -> None:
        """Begin with a request of a kind, once there is room for it. Raises what an earlier one raised."""
        if kind != self._kind:
            await self.settle()
            self._kind = kind
        while len(self._tasks) >= limits.ORDER_REQUESTS_IN_FLIGHT_MAX:
            await self._wait(asyncio.FIRST_COMPLETED)
        self._tasks.add(asyncio.create_task(work()))

    async def settle(self) -> None:
        """Wait until everything so far is done. Raises what one of them raised."""
        while self._tasks:
            await self._wait(asyncio.ALL_COMPLETED)

    async def finish(self) -> None:
        """Wait until everything so far has come to its end, whatever that is."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self, how: str) -> None:
        done, _ = await asyncio.wait(self._tasks, return_when=how)
        self._tasks -= done
        for task in done:
            task.result()
