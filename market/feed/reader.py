"""Reading one book for all of a process's subscribers, and giving them what is new, a frame at a time."""

import asyncio
import time
from collections import deque

import structlog
from channels.db import database_sync_to_async

from market.feed import metrics, source
from market.feed.channels import Channel, ChannelFeed, SnapshotReason, feeds_of
from market.feed.frame import FeedFrame
from market.feed.market_view import MarketView, Opening
from market.feed.message import Message
from market.feed.outbox import Outbox, OutboxFailure
from market.feed.source import Page
from market.records import BookPosition
from vocabulary import limits
from vocabulary.commands import EventKind

FRAME_INTERVAL_S = limits.FRAME_INTERVAL_MS / 1000
HEARTBEAT_S = limits.HEARTBEAT_MS / 1000
CONFIRMED_FOR_S = 3 * HEARTBEAT_S
REST_AFTER_FAILURE_S = 0.5

# Off the thread that synchronous views share, and each with its connection given back to the pool at the end.
read_opening = database_sync_to_async(source.opening, thread_sensitive=False)
read_page = database_sync_to_async(source.page_after, thread_sensitive=False)

logger = structlog.get_logger(__name__)


class Reader:
    """One book's reader. It belongs to one event loop, and so do its subscribers' outboxes.

    A hint that follows on what the reader has is taken as it comes; everything else is read from the journal. So hints
    may be lost, doubled, late or out of order.
    """

    def __init__(self, opening: Opening) -> None:
        self._begin(opening)
        self._subscribers: dict[Channel, set[Outbox]] = {channel: set() for channel in Channel}
        self._hints: deque[FeedFrame] = deque(maxlen=limits.FEED_HINTS_WAITING_MAX)
        self._watchers: set[asyncio.Event] = set()
        self._wake = asyncio.Event()
        self._is_behind = False
        now = time.monotonic()
        self._frame_due = now
        self._heartbeat_due = now + HEARTBEAT_S
        self._confirmed_at = now
        self._idle_since = now

    @property
    def symbol(self) -> str:
        """The instrument that is read."""
        return self._view.symbol

    @property
    def instrument_id(self) -> int:
        """The instrument's id."""
        return self._view.instrument_id

    @property
    def sequence(self) -> int:
        """The newest event that the reader has taken in."""
        return self._view.sequence

    @property
    def epoch(self) -> str:
        """The life of the book that the sequence belongs to."""
        return self._view.epoch

    def attach(self, outbox: Outbox, *, channel: Channel) -> None:
        """Put a channel's snapshot into an outbox, and its messages from there on.

        An outbox that is attached already gets a new snapshot.
        """
        self._give_out_frame()
        outbox.put(self._feeds[channel].snapshot(now_us=_now_us()))
        self._subscribers[channel].add(outbox)

    def detach(self, outbox: Outbox, *, channel: Channel) -> None:
        """Give an outbox nothing more of a channel; what waits in it of the channel is dropped."""
        self._subscribers[channel].discard(outbox)
        outbox.forget(symbol=self.symbol, channel=channel)
        self.touch()

    def watch(self, news: asyncio.Event) -> None:
        """Set an event whenever the book has come further, private events included, until ``unwatch``."""
        self._watchers.add(news)

    def unwatch(self, news: asyncio.Event) -> None:
        """End what ``watch`` began."""
        self._watchers.discard(news)
        self.touch()

    def touch(self) -> None:
        """Count the time without a subscriber from now."""
        self._idle_since = time.monotonic()

    def idle_s(self) -> float:
        """How long nobody has been subscribed or watching."""
        is_wanted = bool(self._watchers) or any(self._subscribers.values())
        return 0.0 if is_wanted else time.monotonic() - self._idle_since

    def hear(self, hint: FeedFrame) -> None:
        """Take a hint."""
        self._hints.append(hint)
        self._wake.set()

    def learn(self, position: BookPosition, *, asked_at: int) -> bool:
        """Compare with how far the book has come, asked when the reader stood at ``asked_at``; whether it is behind.

        A book that stands where it stood before the question has gone back: it is another book, and is read anew.
        """
        self._confirmed_at = time.monotonic()
        if position.epoch == self._view.epoch and asked_at <= position.sequence <= self.sequence:
            return False
        self._is_behind = True
        self._wake.set()
        return True

    async def run(self) -> None:
        """Read until cancelled. While the database is away, subscribers get nothing and soon no heartbeat either."""
        while True:
            await self._wait()
            try:
                await self._take_in()
            except source.DATABASE_AWAY as error:
                logger.warning("feed_cannot_read", symbol=self.symbol, error=str(error))
                await asyncio.sleep(REST_AFTER_FAILURE_S)
            self._give_out()

    def abandon(self) -> None:
        """Tell every subscriber that nothing more comes from this reader."""
        for outbox in set().union(*self._subscribers.values()):
            outbox.fail(OutboxFailure.FEED_FAILED)
        self._tell_watchers()

    async def _wait(self) -> None:
        if self._is_behind or self._hints:
            await asyncio.sleep(0)
            return
        due = min(self._heartbeat_due, self._frame_due) if self._has_news() else self._heartbeat_due
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _take_in(self) -> None:
        self._wake.clear()
        before = self._view.epoch, self.sequence
        while self._hints:
            self._take_hint(self._hints.popleft())
        if self._is_behind:
            await self._catch_up()
        if before != (self._view.epoch, self.sequence):
            self._tell_watchers()

    def _tell_watchers(self) -> None:
        for news in self._watchers:
            news.set()

    def _take_hint(self, hint: FeedFrame) -> None:
        view = self._view
        if hint.epoch == view.epoch and hint.last_sequence <= view.sequence:
            return
        events = hint.public_events(after=view.sequence)
        follows = hint.epoch == view.epoch and hint.first_sequence <= view.sequence + 1
        # Why a phase changed and what an auction would give stand in the book's row alone, which is then read.
        reads_row = view.phase.collects or any(event.kind == EventKind.PHASE_CHANGED for event in events)
        if not follows or not events or reads_row:
            self._is_behind = True
            return
        view.apply(events)
        self._confirmed_at = time.monotonic()
        metrics.HINTS_USED.inc()

    async def _catch_up(self) -> None:
        metrics.JOURNAL_READS.inc()
        page = await read_page(self.instrument_id, self.sequence)
        self._confirmed_at = time.monotonic()
        if page.position.epoch != self._view.epoch or page.position.sequence < self.sequence:
            await self._reopen()
            return
        self._apply(page)
        self._is_behind = not page.is_last

    def _apply(self, page: Page) -> None:
        self._view.apply(page.events)
        if page.is_last:
            self._view.phase_reason, self._view.auction = page.phase_reason, page.auction
        if any(event.kind == EventKind.PHASE_CHANGED for event in page.events):
            self._frame_due = time.monotonic()

    async def _reopen(self) -> None:
        """The book is not the one that was read: begin again, and give everybody a new snapshot."""
        metrics.REOPENED.inc()
        epoch = self._view.epoch
        self._begin(await read_opening(self.symbol))
        self._is_behind = False
        reason = SnapshotReason.REREAD if self._view.epoch == epoch else SnapshotReason.NEW_EPOCH
        for channel, outboxes in self._subscribers.items():
            for outbox in outboxes:
                outbox.put(self._feeds[channel].snapshot(now_us=_now_us(), reason=reason))

    def _begin(self, opening: Opening) -> None:
        self._view = MarketView(opening)
        self._feeds: dict[Channel, ChannelFeed] = feeds_of(self._view)
        self._given_out = self._view.sequence

    def _has_news(self) -> bool:
        return self._view.sequence > self._given_out

    def _give_out(self) -> None:
        now = time.monotonic()
        if now >= self._frame_due:
            self._give_out_frame()
        if now >= self._heartbeat_due:
            self._heartbeat_due = now + HEARTBEAT_S
            if now - self._confirmed_at < CONFIRMED_FOR_S:
                self._give_out_heartbeat()

    def _give_out_frame(self) -> None:
        if not self._has_news():
            return
        now_us = _now_us()
        for channel, feed in self._feeds.items():
            message = feed.frame(now_us=now_us)
            if message is not None:
                metrics.FRAMES.labels(channel).inc()
                for outbox in self._subscribers[channel]:
                    outbox.put(message)
        self._given_out = self._view.sequence
        self._frame_due = time.monotonic() + FRAME_INTERVAL_S

    def _give_out_heartbeat(self) -> None:
        """Say where every channel stands: a subscriber who has less of one than this says has lost something."""
        self._give_out_frame()
        positions = {channel.value: feed.position for channel, feed in self._feeds.items()}
        body = {
            "symbol": self.symbol,
            "epoch": self.epoch,
            "last_sequence": self.sequence,
            "channels": positions,
        }
        heartbeat = Message("heartbeat", body=body, symbol=self.symbol)
        for outbox in set().union(*self._subscribers.values()):
            outbox.put(heartbeat)


def _now_us() -> int:
    return time.time_ns() // 1000
