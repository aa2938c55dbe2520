"""What waits to be sent to one subscriber, within limits: a reader that cannot keep up is given up, not waited for."""

import asyncio
from collections import OrderedDict
from enum import StrEnum

from market.feed import metrics
from market.feed.message import Message, conflated
from vocabulary import limits

CONFLATED = frozenset({"depth", "ticker", "depth_5", "depth_20", "candles", "status"})

Key = tuple[str, str, int]


class OutboxFailure(StrEnum):
    """Why a subscriber gets nothing any more."""

    SLOW_CONSUMER = "slow_consumer"
    FEED_FAILED = "feed_failed"


class Outbox:
    """Messages in the order they go out. Belongs to one event loop.

    Depth, ticker, candles and status are conflated in place while they wait, a heartbeat and a snapshot replace the one
    that waits;
    so these never pile up: there is at most the market itself of what is subscribed to. Trades and answers are kept
    whole, and too many of them waiting, or too much, fail the outbox.
    """

    def __init__(
        self, *, messages_max: int = limits.OUTBOX_MESSAGES_MAX, bytes_max: int = limits.OUTBOX_BYTES_MAX
    ) -> None:
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._waiting: OrderedDict[Key, Message] = OrderedDict()
        self._serial = 0
        self._kept_whole = 0
        self._kept_bytes = 0
        self._news = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._failed = asyncio.Event()
        self._failure: OutboxFailure | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Add a message; nothing happens once the outbox has failed."""
        if self._failure is not None:
            return
        key = (message.type, message.symbol, 0)
        if message.type in CONFLATED:
            earlier = self._waiting.get(key)
            self._waiting[key] = message if earlier is None else conflated(earlier, message)
        elif message.type == "heartbeat":
            self._replace(key, message)
        elif message.type == "snapshot":
            self._put_snapshot(message)
        else:
            self._keep_whole(message)
        self._emptied.clear()
        self._news.set()

    async def get(self) -> Message:
        """Wait for the next message and take it out."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        key, message = self._waiting.popitem(last=False)
        self._let_go(key, message)
        if not self._waiting:
            self._emptied.set()
        return message

    async def emptied(self) -> None:
        """Wait until nothing waits: for whoever reads on only when what it read has gone out."""
        await self._emptied.wait()

    def forget(self, *, symbol: str, channel: str) -> None:
        """Drop what waits of a channel that the subscriber has left."""
        left = [key for key, message in self._waiting.items() if (message.symbol, message.channel) == (symbol, channel)]
        for key in left:
            self._let_go(key, self._waiting.pop(key))

    def fail(self, failure: OutboxFailure) -> None:
        """Give the subscriber up and drop what waits."""
        if self._failure is None:
            self._failure = failure
            self._waiting.clear()
            self._failed.set()
            if failure is OutboxFailure.SLOW_CONSUMER:
                metrics.SLOW_CONSUMERS.inc()

    async def failed(self) -> OutboxFailure:
        """Wait until the subscriber is given up, and say why."""
        await self._failed.wait()
        assert self._failure is not None
        return self._failure

    def _put_snapshot(self, message: Message) -> None:
        # What waited before the snapshot must not be conflated with what comes after it.
        self._waiting.pop((message.channel, message.symbol, 0), None)
        key = (f"snapshot of {message.channel}", message.symbol, 0)
        if key in self._waiting and self._keeps_whole_of(symbol=message.symbol, channel=message.channel):
            # The snapshot that waits must not go from before those messages to after them: they follow on it.
            self._keep_whole(message)
        else:
            self._replace(key, message)

    def _keeps_whole_of(self, *, symbol: str, channel: str) -> bool:
        return any(
            key[2] > 0 and (message.symbol, message.channel) == (symbol, channel)
            for key, message in self._waiting.items()
        )

    def _replace(self, key: Key, message: Message) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = message

    def _keep_whole(self, message: Message) -> None:
        is_full = self._kept_whole >= self._messages_max or self._kept_bytes >= self._bytes_max
        if is_full:
            self.fail(OutboxFailure.SLOW_CONSUMER)
            return
        self._serial += 1
        self._kept_whole += 1
        self._kept_bytes += message.size_bytes
        self._waiting[message.type, message.symbol, self._serial] = message

    def _let_go(self, key: Key, message: Message) -> None:
        if key[2] > 0:
            self._kept_whole -= 1
            self._kept_bytes -= message.size_bytes
