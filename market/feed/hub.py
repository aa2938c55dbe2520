"""The feed of one process: a reader for each book that somebody watches, one poll and one receiver of hints for all."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async

from market.errors import NotFound, Unavailable
from market.feed import metrics, source
from market.feed.frame import FeedFrame
from market.feed.hint_receiver import HintReceiver
from market.feed.reader import Reader, read_opening
from vocabulary import identifiers, limits
from vocabulary.rejects import RejectReason

POLL_S = limits.FEED_POLL_MS / 1000
REST_AFTER_FAILURE_S = 0.5
POLLS_WITHOUT_HINT_MAX = 5
CANCEL_AGAIN_S = 0.1

read_listed = database_sync_to_async(source.listed, thread_sensitive=False)
read_positions = database_sync_to_async(source.positions, thread_sensitive=False)

logger = structlog.get_logger(__name__)


class Hub:
    """The readers of one event loop. They start with their first subscriber and end some time after the last."""

    def __init__(self) -> None:
        self._readers: dict[str, Reader] = {}
        self._opening: dict[str, asyncio.Task[Reader]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader_tasks: dict[str, asyncio.Task[None]] = {}
        self._hints = HintReceiver(self._hear)
        self._readers_changed = asyncio.Event()
        # How often in a row the poll was the first to notice a book's news: if often, its hints do not arrive.
        self._unannounced: Counter[str] = Counter()

    async def readers(self, symbols: Iterable[str]) -> list[Reader]:
        """A running reader for each symbol. Raises NotFound when one is not listed, Unavailable without a database.

        The caller attaches its outboxes at once, before it awaits anything else.
        """
        wanted = list(dict.fromkeys(symbols))
        for symbol in self._readers.keys() & set(wanted):
            self._readers[symbol].touch()  # none is to end for want of subscribers while others open
        try:
            await self._refuse_unlisted(wanted)
            for symbol in wanted:
                if symbol not in self._readers and symbol not in self._opening:
                    self._opening[symbol] = asyncio.create_task(self._open(symbol))
            # Shielded: others may wait for the same reader when this caller is cancelled.
            await asyncio.gather(
                *(asyncio.shield(self._opening[symbol]) for symbol in wanted if symbol in self._opening)
            )
        except source.DATABASE_AWAY as error:
            logger.warning("feed_cannot_open", error=str(error))
            raise Unavailable("The exchange's database is not available; try again.") from error
        if not self._readers.keys() >= set(wanted):
            raise Unavailable("The feed has just ended; try again.")
        return [self._readers[symbol] for symbol in wanted]

    async def close(self) -> None:
        """End every reader and wait until all have ended."""
        while tasks := [*self._tasks, *self._opening.values()]:
            # The Redis client loses a cancellation that comes while it connects: ask until it is heeded.
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=CANCEL_AGAIN_S)

    async def _refuse_unlisted(self, symbols: list[str]) -> None:
        asked = [symbol for symbol in symbols if symbol not in self._readers]
        shaped = [symbol for symbol in asked if identifiers.is_symbol(symbol)]
        unlisted = sorted(set(asked) - (await read_listed(shaped) if shaped else set()))
        if unlisted:
            raise NotFound(
                f"There is no instrument {unlisted[0][:32]!r}.", field="symbols", code=RejectReason.UNKNOWN_SYMBOL.code
            )

    async def _open(self, symbol: str) -> Reader:
        try:
            if not self._tasks:
                for work in (self._hints.run, self._keep_membership, self._poll):
                    self._start(self._keep_doing(work))
            self._readers_changed.set()
            reader = Reader(await read_opening(symbol))
            self._readers[symbol] = reader
            self._reader_tasks[symbol] = self._start(reader.run())
            self._reader_tasks[symbol].add_done_callback(lambda _: self._forget(reader))
            metrics.READERS.inc()
            return reader
        finally:
            del self._opening[symbol]

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("feed_task_failed", exc_info=task.exception())

    def _forget(self, reader: Reader) -> None:
        """Let go of a reader that has ended or is about to; whoever is subscribed must not wait for it for ever."""
        if self._readers.get(reader.symbol) is reader:
            del self._readers[reader.symbol]
            del self._reader_tasks[reader.symbol]
            self._unannounced.pop(reader.symbol, None)
            metrics.READERS.dec()
            reader.abandon()

    def _hear(self, hint: FeedFrame) -> None:
        self._unannounced.pop(hint.symbol, None)
        reader = self._readers.get(hint.symbol)
        if reader is not None:
            reader.hear(hint)

    async def _keep_doing(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work again and again: every reader depends on it, so that no failure of it may be the last."""
        while True:
            try:
                await work()
            except source.DATABASE_AWAY as error:
                logger.warning("feed_cannot_poll", error=str(error))
                await asyncio.sleep(REST_AFTER_FAILURE_S)
            except Exception:
                logger.exception("feed_work_failed")
                await asyncio.sleep(REST_AFTER_FAILURE_S)

    async def _poll(self) -> None:
        await asyncio.sleep(POLL_S)
        self._end_idle_readers()
        await self._compare()

    def _end_idle_readers(self) -> None:
        for symbol, reader in list(self._readers.items()):
            if reader.idle_s() > limits.FEED_LINGER_S:
                self._reader_tasks[symbol].cancel()
                self._forget(reader)

    async def _compare(self) -> None:
        readers = {reader.instrument_id: reader for reader in self._readers.values()}
        if not readers:
            return
        asked_at = {instrument_id: reader.sequence for instrument_id, reader in readers.items()}
        for instrument_id, position in (await read_positions(readers)).items():
            reader = readers[instrument_id]
            if reader.learn(position, asked_at=asked_at[instrument_id]):
                self._unannounced[reader.symbol] += 1

    async def _keep_membership(self) -> None:
        """Apart from the poll, which must not wait for Redis."""
        self._readers_changed.clear()
        for symbol, polls in list(self._unannounced.items()):
            if polls >= POLLS_WITHOUT_HINT_MAX:
                del self._unannounced[symbol]
                await self._hints.leave(symbol)
        await self._hints.keep_joined({*self._readers, *self._opening})
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._readers_changed.wait()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The feed of the running event loop; a serving process has one loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
