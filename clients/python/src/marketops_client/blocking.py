"""The streams for programs without an event loop: one runs in a thread of its own, and this waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from marketops_client.follower import Update
from marketops_client.local_book import LocalBook
from marketops_client.market_stream import MarketStream
from marketops_client.order_stream import Cursor, OrderStream, OwnUpdate

Result = TypeVar("Result")


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="marketops-client", daemon=True)
        self._thread.start()

    def wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Have the work done, and its result."""
        doing = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return doing.result()
        except BaseException:
            doing.cancel()
            raise

    def end(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class BlockingMarket:
    """A ``MarketStream`` to iterate over without ``async``."""

    def __init__(self, stream: MarketStream) -> None:
        self._stream = stream

    @property
    def books(self) -> Mapping[str, LocalBook]:
        """The book of each symbol."""
        return self._stream.books

    def __enter__(self) -> Self:
        self._loop = _Loop()
        self._loop.wait_for(self._stream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.wait_for(self._stream.close())
        self._loop.end()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Update:
        return self._loop.wait_for(self._stream.__anext__())


class BlockingOrders:
    """An ``OrderStream`` to iterate over without ``async``."""

    def __init__(self, stream: OrderStream) -> None:
        self._stream = stream

    @property
    def cursor(self) -> Cursor:
        """The position of each book up to which reports have been given."""
        return self._stream.cursor

    def cancel_on_disconnect(self, account: str, *, timeout_s: int = 10, session: str = "client") -> Self:
        """As ``OrderStream.cancel_on_disconnect``."""
        self._stream.cancel_on_disconnect(account, timeout_s=timeout_s, session=session)
        return self

    def __enter__(self) -> Self:
        self._loop = _Loop()
        self._loop.wait_for(self._stream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.wait_for(self._stream.close())
        self._loop.end()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> OwnUpdate:
        return self._loop.wait_for(self._stream.__anext__())
