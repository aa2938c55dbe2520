"""The feed: a committed batch is announced to every process, read there once, and fanned out to its subscribers.

A door asks for ``readers`` and attaches an Outbox to their channels, or uses ``subscribe`` for a single one. What a
subscriber missed is had by ``replay``. What happens to one user's own orders comes by ``executions_of``.
"""

from collections.abc import Iterable

from market.feed.channels import Channel, SnapshotReason
from market.feed.execution_stream import CheckAgain, ExecutionNews, executions_of
from market.feed.frame import FeedFrame, frame_of
from market.feed.hub import hub
from market.feed.message import Message
from market.feed.outbox import Outbox, OutboxFailure
from market.feed.pace import Pace
from market.feed.publisher import publish
from market.feed.reader import Reader
from market.feed.replaying import REPLAYED_CHANNELS, Replay, replay

__all__ = [
    "REPLAYED_CHANNELS",
    "Channel",
    "CheckAgain",
    "ExecutionNews",
    "FeedFrame",
    "Message",
    "Outbox",
    "OutboxFailure",
    "Pace",
    "Reader",
    "Replay",
    "SnapshotReason",
    "close",
    "executions_of",
    "frame_of",
    "publish",
    "readers",
    "replay",
    "subscribe",
    "unsubscribe",
]


async def readers(symbols: Iterable[str]) -> list[Reader]:
    """The process's readers of these instruments, started if need be. Raises NotFound, Unavailable."""
    return await hub().readers(symbols)


async def subscribe(symbol: str, channel: Channel, outbox: Outbox) -> Reader:
    """Put a channel's snapshot and then its messages into an outbox. Raises NotFound, Unavailable."""
    (reader,) = await readers([symbol])
    reader.attach(outbox, channel=channel)
    return reader


def unsubscribe(reader: Reader, channel: Channel, outbox: Outbox) -> None:
    """End what ``subscribe`` began."""
    reader.detach(outbox, channel=channel)


async def close() -> None:
    """End the running event loop's readers, as a process does before it ends."""
    await hub().close()
