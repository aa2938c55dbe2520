"""Receiving hints: one channel of the channel layer for all of a process's readers, and its groups kept joined."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import redis
import structlog
from channels.layers import get_channel_layer

from market.feed.frame import FeedFrame, UnreadableHint, from_message, group_of
from vocabulary import limits

REST_AFTER_FAILURE_S = 0.5
AWAY = (redis.RedisError, OSError, TimeoutError)

logger = structlog.get_logger(__name__)


class HintReceiver:
    """Membership of the groups of some books, as well as Redis allows. Nobody may rely on what it delivers."""

    def __init__(self, hear: Callable[[FeedFrame], None]) -> None:
        self._hear = hear
        self._channel_name = f"specific.feed.{uuid4().hex}"
        self._joined: set[str] = set()

    async def run(self) -> None:
        """Hand over hints until cancelled."""
        self._joined.clear()
        while True:
            try:
                message = await get_channel_layer().receive(self._channel_name)
            except AWAY as error:
                logger.debug("hints_away", error=repr(error))
                await asyncio.sleep(REST_AFTER_FAILURE_S)
                continue
            try:
                self._hear(from_message(message))
            except UnreadableHint as error:
                logger.warning("hint_unreadable", error=str(error))

    async def keep_joined(self, symbols: set[str]) -> None:
        """Join the groups of these books that are not joined yet, and leave those of others."""
        for symbol in symbols - self._joined:
            if await self._try("group_add", symbol):
                self._joined.add(symbol)
        for symbol in self._joined - symbols:
            await self.leave(symbol)

    async def leave(self, symbol: str) -> None:
        """Leave a book's group; ``keep_joined`` joins it anew if it is still wanted."""
        self._joined.discard(symbol)
        await self._try("group_discard", symbol)

    async def _try(self, act: str, symbol: str) -> bool:
        try:
            async with asyncio.timeout(limits.FEED_HINT_TIMEOUT_MS / 1000):
                await getattr(get_channel_layer(), act)(group_of(symbol), self._channel_name)
        except (*AWAY, RuntimeError) as error:
            # RuntimeError: the layer does not know the channel yet, as receiving has not begun.
            logger.debug("group_membership_failed", act=act, symbol=symbol, error=repr(error))
            return False
        return True
