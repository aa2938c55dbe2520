"""The private feed: the execution reports of one user's accounts, complete, in each book's order and never twice.

A stream stands at a position in every book. The readers say when a book has come further, the journal says what
happened. Nothing waits in memory for a slow client: the stream reads on only when what came before has been taken.
There is no order between books: a position is a map, and so is the cursor that an interrupted client comes back with.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import NamedTuple

from channels.db import database_sync_to_async

from access.records import Actor
from market.errors import UnknownSymbol
from market.feed.hub import hub
from market.feed.reader import Reader
from market.records import AccountExecution, BookPosition
from market.selectors import books, executions
from vocabulary import limits

FRAME_INTERVAL_S = limits.FRAME_INTERVAL_MS / 1000
HEARTBEAT_S = limits.HEARTBEAT_MS / 1000

read_positions = database_sync_to_async(books.positions, thread_sensitive=False)
read_executions = database_sync_to_async(executions.after, thread_sensitive=False)

CheckAgain = Callable[[], Awaitable[None]]


class ExecutionNews(NamedTuple):
    """Reports, and how far the stream has come in the books that moved. Without either it is a heartbeat."""

    reports: list[AccountExecution]
    positions: dict[str, BookPosition]


async def executions_of(
    actor: Actor, *, since: Mapping[str, BookPosition], check_again: CheckAgain
) -> AsyncGenerator[ExecutionNews, None]:
    """What happens to the orders of an actor's accounts: first where the stream begins, then what is new.

    ``since`` holds the positions, by symbol, after which to begin, an epoch that is empty standing for whichever it is;
    books that it does not name begin at their newest event. The first news comes at once, later ones when something
    happened, and one each second. ``check_again`` is called every STREAM_CHECKED_EVERY_S and raises to end the stream.

    Raises NotFound for a book that does not exist, InvalidRequest for a sequence that its book has not come to, Expired
    for one after which the journal is not kept, OtherEpoch for one of another life of the book and as soon as a new
    epoch begins, Unavailable.
    """
    stream = ExecutionStream(actor, check_again=check_again)
    try:
        yield await stream.begin(since)
        while True:
            yield await stream.news()
    finally:
        stream.end()


class ExecutionStream:
    """One user's stream: how far it has come in each book."""

    def __init__(self, actor: Actor, *, check_again: CheckAgain) -> None:
        self._actor = actor
        self._check_again = check_again
        self._positions: dict[str, BookPosition] = {}
        self._moved: set[str] = set()
        self._news = asyncio.Event()
        self._watched: set[Reader] = set()
        self._checked_at = time.monotonic()

    async def begin(self, since: Mapping[str, BookPosition]) -> ExecutionNews:
        """Begin in every book, after the position that is asked for or after its newest event."""
        newest = await read_positions()
        for symbol in sorted(since.keys() - newest.keys()):
            raise UnknownSymbol(symbol, field="since")
        self._positions = {**newest, **since}
        reports: list[AccountExecution] = []
        for symbol in since:
            reports += await self._read(symbol)
        self._moved.clear()
        return ExecutionNews(reports, dict(self._positions))

    async def news(self) -> ExecutionNews:
        """Wait until something has happened, a heartbeat at the longest."""
        await asyncio.sleep(FRAME_INTERVAL_S)
        deadline = time.monotonic() + HEARTBEAT_S
        reports: list[AccountExecution] = []
        while not reports and (left_s := deadline - time.monotonic()) > 0:
            await self._look_around()
            self._news.clear()
            for reader in await self._readers():
                if self._has_news(reader):
                    reports += await self._read(reader.symbol)
            if not reports:
                await self._wait(left_s)
        moved = {symbol: self._positions[symbol] for symbol in self._moved}
        self._moved.clear()
        return ExecutionNews(reports, moved)

    def end(self) -> None:
        """Let go of the readers."""
        for reader in self._watched:
            reader.unwatch(self._news)

    def _has_news(self, reader: Reader) -> bool:
        """Whether there may be something to read; when an epoch differs, reading tells whose is the old one."""
        epoch, sequence = self._positions[reader.symbol]
        return reader.epoch != epoch or reader.sequence > sequence

    async def _read(self, symbol: str) -> list[AccountExecution]:
        """The next page of a book, if it has one; what lies beyond it is read the next time."""
        epoch, sequence = self._positions[symbol]
        page = await read_executions(symbol, sequence=sequence, epoch=epoch, actor=self._actor)
        self._positions[symbol] = page.position
        self._moved.add(symbol)
        return list(page.reports)

    async def _readers(self) -> list[Reader]:
        """The readers of all books, each watched: one that has ended is followed by another."""
        readers = await hub().readers(self._positions)
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

    async def _look_around(self) -> None:
        """Every so often: may the stream go on, and has an instrument been listed?"""
        if time.monotonic() - self._checked_at < limits.STREAM_CHECKED_EVERY_S:
            return
        self._checked_at = time.monotonic()
        await self._check_again()
        for symbol, position in (await read_positions()).items():
            self._positions.setdefault(symbol, BookPosition(position.epoch, 0))
