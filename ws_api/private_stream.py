"""What happens to one user's orders, positions and money, told to one connection.

Reports are read on only when those before them have gone out: nothing piles up for a client that reads slowly, and
none is left out. Positions and balances are states, told whole whenever they have changed.
"""

import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from access.records import Actor
from market import feed
from market.records import AccountExecution, BookPosition, PositionRecord
from market.selectors import accounts, positions
from vocabulary import limits
from ws_api import order_words
from ws_api.database import in_database

REPORTS_PER_MESSAGE = 100


class PrivateStream:
    """One connection's subscription, from its ``begin`` until it is cancelled."""

    def __init__(
        self,
        actor: Actor,
        *,
        channels: Collection[str],
        outbox: feed.Outbox,
        check_again: feed.CheckAgain,
    ) -> None:
        self._actor = actor
        self._channels = channels
        self._outbox = outbox
        self._check_again = check_again
        self._told: dict[str, dict[Any, Any]] = {}
        self._read_at = 0.0

    async def begin(self, since: Mapping[str, BookPosition], *, confirm: Callable[[], None]) -> None:
        """Say where the stream begins, after ``confirm`` has answered the request. Raises as ``executions_of`` does."""
        self._news: AsyncGenerator[feed.ExecutionNews, None] = feed.executions_of(
            self._actor, since=since, check_again=self._check_again
        )
        try:
            first = await anext(self._news)
            confirm()
            await self._tell(first, is_first=True)
        except BaseException:
            await self._news.aclose()
            raise

    async def run(self) -> None:
        """Tell what is new, until cancelled. Raises MarketError when it cannot go on."""
        async with aclosing(self._news) as news:
            async for each in news:
                await self._tell(each)

    async def _tell(self, news: feed.ExecutionNews, *, is_first: bool = False) -> None:
        tells_reports = "executions" in self._channels
        if tells_reports and (news.reports or is_first):
            await self._tell_reports(news)
        elif not is_first:
            cursor = order_words.cursor(news.positions) if tells_reports else {}
            self._outbox.put(feed.Message("heartbeat", body={"cursor": cursor}))
        if news.reports or is_first or time.monotonic() - self._read_at >= limits.STREAM_CHECKED_EVERY_S:
            await self._tell_states()
        await self._outbox.emptied()

    async def _tell_reports(self, news: feed.ExecutionNews) -> None:
        """The reports, in messages of a bounded size; each moves the cursor past what it holds, the last past all."""
        reports = news.reports
        while len(reports) > REPORTS_PER_MESSAGE:
            these, reports = reports[:REPORTS_PER_MESSAGE], reports[REPORTS_PER_MESSAGE:]
            reached = {
                each.symbol: BookPosition(news.positions[each.symbol].epoch, each.event_sequence) for each in these
            }
            self._put_reports(these, positions=reached)
            await self._outbox.emptied()
        self._put_reports(reports, positions=news.positions)

    def _put_reports(self, reports: Sequence[AccountExecution], *, positions: Mapping[str, BookPosition]) -> None:
        told = [order_words.report(each) for each in reports]
        body = {"cursor": order_words.cursor(positions), "reports": told}
        self._outbox.put(feed.Message("executions", body=body))

    async def _tell_states(self) -> None:
        self._read_at = time.monotonic()
        if "positions" in self._channels:
            found = await in_database(positions.of_actor, self._actor)
            states = {(each.account, each.symbol): (_business(each), order_words.position(each)) for each in found}
            self._put_changed("positions", states)
        if "balances" in self._channels:
            money = [order_words.balance(each) for each in await in_database(accounts.of_actor, self._actor)]
            self._put_changed("balances", {each["number"]: (each, each) for each in money})

    def _put_changed(self, channel: str, states: Mapping[Any, tuple[Any, dict[str, Any]]]) -> None:
        is_first = channel not in self._told
        told = self._told.setdefault(channel, {})
        changed = [words for key, (state, words) in states.items() if told.get(key) != state]
        told.update({key: state for key, (state, _) in states.items()})
        if changed or is_first:
            self._outbox.put(feed.Message(channel, body={channel: changed}))


def _business(position: PositionRecord) -> tuple[Any, ...]:
    """What trading has made of a position: prices of the market move its value and are no news of its holder's."""
    return position.quantity, position.cash, position.fees, position.cost, position.realised_profit
