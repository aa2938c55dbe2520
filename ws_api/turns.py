"""Answers in the order of their requests, whichever of them is done first."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

Done = TypeVar("Done")


class Turns:
    """The turns of one connection's requests, taken in the order in which they are begun."""

    def __init__(self) -> None:
        self._newest = asyncio.Event()
        self._newest.set()

    async def answer(self, done: Awaitable[Done], *, say: Callable[[Done], None]) -> None:
        """Say what is done once everything begun before has been answered. Raises what doing it raises."""
        async with self._turn() as has_come:
            answer = await done
            await has_come.wait()
            say(answer)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[asyncio.Event]:
        has_come, self._newest = self._newest, (is_over := asyncio.Event())
        try:
            yield has_come
        finally:
            is_over.set()
