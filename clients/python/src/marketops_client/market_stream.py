"""Live market data: books that are kept in step, trades each once, and tickers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import websockets

from marketops_client.connection import Connected, Connection, websocket_url
from marketops_client.follower import Follower, Update
from marketops_client.local_book import LocalBook
from marketops_client.resending import Backoff


class MarketStream:
    """The news of some instruments, over as many connections as it takes.

    One task iterates over it; ``books`` holds the book of each symbol as it stands after the update that was given
    last. A symbol ``*`` stands for all instruments, those listed later included.
    """

    def __init__(self, url: str, symbols: Iterable[str], *, backoff: Backoff) -> None:
        self._symbols = list(symbols)
        self._connection = Connection(websocket_url(url, "/ws/v1/market/"), headers={}, backoff=backoff)
        self._follower = Follower()
        self._updates: AsyncGenerator[Update, None] | None = None

    @property
    def books(self) -> Mapping[str, LocalBook]:
        """The book of each symbol."""
        return self._follower.books

    @property
    def losses(self) -> int:
        """How often the connection was lost."""
        return self._connection.losses

    async def __aenter__(self) -> Self:
        self._updates = self._run()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the stream."""
        if self._updates is not None:
            await self._updates.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        assert self._updates is not None, "the stream is used in `async with`"
        return await anext(self._updates)

    async def _run(self) -> AsyncGenerator[Update, None]:
        messages = self._connection.messages()
        try:
            async for message in messages:
                if isinstance(message, Connected):
                    self._follower.connected(self._symbols)
                else:
                    for update in self._follower.take(message):
                        yield update
                await self._say_what_is_due()
        finally:
            await messages.aclose()

    async def _say_what_is_due(self) -> None:
        requests, self._follower.requests = self._follower.requests, []
        with suppress(websockets.ConnectionClosed):  # the next connection asks anew
            for request in requests:
                await self._connection.send(request)
