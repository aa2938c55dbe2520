"""Streaming execution reports: the feed says when a book has come further, the journal says what happened.

Every report goes out once and in its book's order. Nothing waits in memory for a slow client: the stream reads on only
when the client has taken what came before.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from grpc_api.callers import Caller, caller
from grpc_api.database import in_database
from market import feed
from market.errors import NotFound
from market.records import AccountExecution
from market.selectors import books, executions
from vocabulary import limits
from vocabulary.rejects import RejectReason

FRAME_INTERVAL_S = limits.FRAME_INTERVAL_MS / 1000
HEARTBEAT_S = limits.HEARTBEAT_MS / 1000


class News(NamedTuple):
    """Reports, and how far the stream has come in the books that moved."""

    reports: list[AccountExecution]
    positions: dict[str, int]


async def of_caller(since: dict[str, int]) -> AsyncIterator[News]:
    """What happens to the orders of the caller's accounts: first where the stream begins, then what is new.

    Raises NotFound for a book that does not exist, InvalidRequest for a sequence that its book has not come to,
    Unavailable, and Unauthenticated once the caller's key is revoked.
    """
    stream = ExecutionStream(caller())
    try:
        yield await stream.begin(since)
        while True:
            yield await stream.news()
    finally:
        stream.end()


class ExecutionStream:
    """One caller's stream: how far it has come in each book."""

    def __init__(self, watcher: Caller) -> None:
        self._caller = watcher
        self._cursors: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._news = asyncio.Event()
        self._watched: set[feed.Reader] = set()
        self._checked_at = time.monotonic()

    async def begin(self, since: Mapping[str, int]) -> News:
        """Begin in every book, after the sequence that is asked for or after its newest event."""
        positions = await in_database(books.positions)
        unknown = sorted(set(since) - set(positions))
        if unknown:
            raise NotFound(RejectReason.UNKNOWN_SYMBOL.sentence, field="since", code=RejectReason.UNKNOWN_SYMBOL.code)
        self._cursors = {**positions, **since}
        reports: list[AccountExecution] = []
        for symbol in since:
            reports += await self._read(symbol)
        self._moved = {}
        return News(reports, dict(self._cursors))

    async def news(self) -> News:
        """Wait until something has happened, a heartbeat at the longest."""
        await asyncio.sleep(FRAME_INTERVAL_S)
        deadline = time.monotonic() + HEARTBEAT_S
        reports: list[AccountExecution] = []
        while not reports and (left_s := deadline - time.monotonic()) > 0:
            await self._check_again()
            self._news.clear()
            for reader in await self._readers():
                if reader.sequence > self._cursors[reader.symbol]:
                    reports += await self._read(reader.symbol)
            if not reports:
                await self._wait(left_s)
        moved, self._moved = self._moved, {}
        return News(reports, moved)

    def end(self) -> None:
        """Let go of the readers."""
        for reader in self._watched:
            reader.unwatch(self._news)

    async def _read(self, symbol: str) -> list[AccountExecution]:
        """The next page of a book, if it has one; what lies beyond it is read the next time."""
        page = await in_database(executions.after, symbol, sequence=self._cursors[symbol], actor=self._caller.actor)
        self._cursors[symbol] = self._moved[symbol] = page.last_sequence
        return list(page.reports)

    async def _readers(self) -> list[feed.Reader]:
        """The readers of all books, each watched: one that has ended is followed by another."""
        readers = await feed.readers(self._cursors)
        for reader in readers:
            reader.watch(self._news)
        for reader in self._watched.difference(readers):
            reader.unwatch(self._news)
        self._watched = set(readers)
        return readers

    async def _wait(self, left_s: float) -> None:
        try:
            async with asyncio.timeout(left_s):
                await self._news.wait()
        except TimeoutError:
            return

    async def _check_again(self) -> None:
        """Every so often: is the caller still welcome, and has an instrument been listed?"""
        if time.monotonic() - self._checked_at < limits.GRPC_KEY_CHECKED_EVERY_S:
            return
        self._checked_at = time.monotonic()
        await self._caller.check_again()
        listed = await in_database(books.positions)
        self._cursors = {**dict.fromkeys(listed, 0), **self._cursors}
