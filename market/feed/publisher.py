"""Telling the readers that a batch was committed: best effort, without ever making the matcher wait.

A hint that is lost costs its readers a poll interval and nothing else, so every failure here is counted and dropped.
"""

import asyncio
import threading
import time

import redis
import structlog
from channels.layers import get_channel_layer

from market.failpoints import failpoint
from market.feed import metrics
from market.feed.frame import FeedFrame, group_of, to_message
from vocabulary import limits

REST_AFTER_FAILURE_S = 0.5

logger = structlog.get_logger(__name__)


class Publisher:
    """Sends hints from a thread of its own, whose event loop keeps one connection for the life of the process.

    A matching worker is synchronous: without this thread each hint would need a new event loop and a new connection.
    """

    def __init__(self) -> None:
        self._start_lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Queue[FeedFrame] = asyncio.Queue(maxsize=limits.FEED_HINTS_WAITING_MAX)
        self._resting_until = 0.0

    def publish(self, frame: FeedFrame) -> None:
        """Queue the hint of a committed batch. Returns at once and never raises."""
        try:
            self._running_loop().call_soon_threadsafe(self._enqueue, frame)
        except RuntimeError:
            # The process is ending: no thread starts any more, or the loop is closed.
            metrics.HINTS_DROPPED.inc()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._start_lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=self._run, args=[loop], name="feed-publisher", daemon=True).start()
                self._loop = loop
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(self._send_all())

    def _enqueue(self, frame: FeedFrame) -> None:
        try:
            self._waiting.put_nowait(frame)
        except asyncio.QueueFull:
            metrics.HINTS_DROPPED.inc()

    async def _send_all(self) -> None:
        while True:
            frame = await self._waiting.get()
            if time.monotonic() < self._resting_until:
                metrics.HINTS_DROPPED.inc()
                continue
            try:
                failpoint("publish.before_send")
                async with asyncio.timeout(limits.FEED_HINT_TIMEOUT_MS / 1000):
                    await get_channel_layer().group_send(group_of(frame.symbol), to_message(frame))
                metrics.HINTS_SENT.inc()
                failpoint("publish.after_send")
            except (redis.RedisError, OSError, TimeoutError) as error:
                self._drop(frame, error=error)
            except Exception as error:
                # Whatever else a channel layer may raise must not end the thread: hints would stop for good.
                logger.exception("hint_failed", symbol=frame.symbol)
                self._drop(frame, error=error)

    def _drop(self, frame: FeedFrame, *, error: Exception) -> None:
        self._resting_until = time.monotonic() + REST_AFTER_FAILURE_S
        metrics.HINTS_DROPPED.inc()
        logger.debug("hint_dropped", symbol=frame.symbol, error=repr(error))


_publisher = Publisher()


def publish(frame: FeedFrame) -> None:
    """Tell the readers that a batch was committed. Call it after the commit; it neither waits nor raises."""
    _publisher.publish(frame)
