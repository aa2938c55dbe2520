"""Streaming public market data: the feed's readers fill an outbox, and what waits in it goes out in batches."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from grpc import StatusCode

from grpc_api.methods import SLOW_CONSUMER
from grpc_api.refusals import Refusal, Refused
from grpc_api.translator.requests import Subscription
from market import feed
from vocabulary import limits

REFUSAL_OF = {
    feed.OutboxFailure.SLOW_CONSUMER: SLOW_CONSUMER,
    feed.OutboxFailure.FEED_FAILED: Refusal(
        StatusCode.UNAVAILABLE, "feed_failed", "The feed has ended; subscribe again."
    ),
}


async def of(subscription: Subscription) -> AsyncIterator[list[feed.Message]]:
    """Snapshots, then what is new. Raises NotFound, Unavailable, and Refused for a client that cannot keep up."""
    outbox = feed.Outbox()
    readers = await feed.readers(subscription.symbols)
    failed = asyncio.ensure_future(outbox.failed())
    try:
        for reader in readers:
            for channel in subscription.channels:
                reader.attach(outbox, channel=channel)
        while True:
            yield await _next_batch(outbox, failed=failed)
    finally:
        failed.cancel()
        for reader in readers:
            for channel in subscription.channels:
                reader.detach(outbox, channel=channel)


async def _next_batch(outbox: feed.Outbox, *, failed: "asyncio.Future[feed.OutboxFailure]") -> list[feed.Message]:
    """Wait until something waits, then take it out, and whatever else waits with it."""
    if not len(outbox):
        first = asyncio.ensure_future(outbox.get())
        waited: set[asyncio.Future[Any]] = {first, failed}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            first.cancel()
        batch = [first.result()] if first.done() and not first.cancelled() else []
    else:
        batch = []
    if failed.done():
        raise Refused(REFUSAL_OF[failed.result()])
    while len(outbox) and len(batch) < limits.GRPC_BATCH_UPDATES_MAX:
        batch.append(await outbox.get())
    return batch
