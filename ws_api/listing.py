"""All instruments that there are, read once for all connections of a process."""

import asyncio
import time

from market.selectors import books
from vocabulary import limits
from ws_api.database import in_database


class Listing:
    """The symbols of all instruments, as they were at most LISTING_CHECKED_EVERY_S ago."""

    def __init__(self) -> None:
        self._symbols: tuple[str, ...] = ()
        self._read_at = -float("inf")
        self._reading: asyncio.Task[None] | None = None

    async def symbols(self) -> tuple[str, ...]:
        """Every symbol, in order. Raises Unavailable."""
        if time.monotonic() - self._read_at >= limits.LISTING_CHECKED_EVERY_S:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read())
            # Shielded: others may wait for the same answer when this caller is cancelled.
            await asyncio.shield(self._reading)
        return self._symbols

    async def _read(self) -> None:
        self._symbols = tuple(sorted(await in_database(books.positions)))
        self._read_at = time.monotonic()
