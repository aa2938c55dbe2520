"""The private stream tells each report of one's own accounts once, in each book's order, however often it is cut."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import uuid4

import pytest

from access.records import Actor
from market import feed
from market.errors import Expired, InvalidRequest, OtherEpoch, UnknownSymbol
from market.feed.execution_stream import ExecutionNews
from market.models import Account, Book, JournalEvent
from market.records import AccountExecution, BookPosition
from market.services import accounts
from tests.market.feed.bad_hints import BadHints
from tests.market.feed.conftest import PATIENCE_S, in_database
from tests.market.feed.test_replaying import forget_events
from tests.market.feed.traffic import Traffic
from vocabulary import limits

SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 60))]


async def welcome() -> None:
    """The caller may go on."""


def stream_of(actor: Actor, **since: BookPosition):
    return feed.executions_of(actor, since=since, check_again=welcome)


async def first_of(actor: Actor, **since: BookPosition) -> ExecutionNews:
    async with aclosing(stream_of(actor, **since)) as stream:
        return await anext(stream)


def journaled(actor: Actor) -> dict[str, list[int]]:
    """The sequences of an actor's reports in the journal, by symbol."""
    own = list(Account.objects.filter(grants__user_id=actor.user_id).values_list("pk", flat=True))
    return {
        book.instrument.symbol: list(
            JournalEvent.objects.filter(instrument_id=book.pk, account_id__in=own)
            .order_by("event_seq")
            .values_list("event_seq", flat=True)
        )
        for book in Book.objects.select_related("instrument")
    }


async def read_to_the_end(stream: AsyncGenerator[ExecutionNews, None]) -> None:
    async for _ in stream:
        pass


@pytest.mark.parametrize("seed", SEEDS)
async def test_reconnecting_at_random_instants_loses_nothing_and_doubles_nothing(market, monkeypatch, seed):
    chance = random.Random(seed)
    monkeypatch.setattr(feed, "publish", BadHints(random.Random(seed + 1)).publish)
    monkeypatch.setattr(limits, "EXECUTIONS_PAGE_EVENTS", 7)
    await in_database(market.list, "BOLT")
    second = await in_database(accounts.open_demo_account, market.trader)
    traffic = Traffic(
        market, random.Random(seed + 2), symbols=("ACME", "BOLT"), accounts=(market.account, second.number)
    )
    cursor: dict[str, BookPosition] = {}
    told: dict[str, list[int]] = {"ACME": [], "BOLT": []}
    connections = 0

    async def listen_for_a_while() -> None:
        nonlocal connections
        connections += 1
        async with aclosing(stream_of(market.trader, **cursor)) as stream:
            for _ in range(chance.randint(1, 4)):
                news = await anext(stream)
                for report in news.reports:
                    told[report.symbol].append(report.event_sequence)
                for symbol, position in news.positions.items():
                    assert position.sequence >= cursor.get(symbol, position).sequence, "a position went back"
                    cursor[symbol] = position

    await listen_for_a_while()
    with traffic.going_on(batches=60) as trading:
        while trading.is_alive():
            await listen_for_a_while()
            await asyncio.sleep(chance.random() / 20)
    expected = await in_database(journaled, market.trader)
    ends = {symbol: max(stood) for symbol, stood in traffic.stood.items()}
    async with asyncio.timeout(2 * PATIENCE_S):
        while {symbol: position.sequence for symbol, position in cursor.items()} != ends:
            await listen_for_a_while()
    assert told == expected
    assert min(len(sequences) for sequences in told.values()) > 10
    assert connections > 5
    await feed.close()


async def test_a_quiet_stream_says_each_second_that_it_is_there(market):
    async with aclosing(stream_of(market.trader)) as stream:
        await anext(stream)
        async with asyncio.timeout(2 * limits.HEARTBEAT_MS / 1000):
            assert await anext(stream) == ExecutionNews([], {})
    await feed.close()


async def test_a_stream_tells_of_every_account_of_its_owner_and_of_no_other(market):
    second = await in_database(accounts.open_demo_account, market.trader)
    async with aclosing(stream_of(market.trader)) as stream:
        await anext(stream)
        await in_database(market.house_places, "SELL", 10, "10.00")
        await in_database(market.place, "BUY", 4, "10.00")
        await in_database(market.place, "BUY", 6, "10.00", account=second.number)
        await in_database(market.drain)
        heard: list[AccountExecution] = []
        while len(heard) < 4:
            heard += (await anext(stream)).reports
    assert [(report.account, report.execution.exec_type.name) for report in heard] == [
        (market.account, "NEW"),
        (market.account, "TRADE"),
        (second.number, "NEW"),
        (second.number, "TRADE"),
    ]
    await feed.close()


async def test_a_cursor_that_cannot_be_followed_is_refused_by_name(market):
    await in_database(market.trade)
    await in_database(market.trade)
    epoch = str((await in_database(Book.objects.get)).epoch)
    for symbol, position, refusal in (
        ("NOPE", BookPosition("", 0), UnknownSymbol),
        ("ACME", BookPosition("", 99), InvalidRequest),
        ("ACME", BookPosition(str(uuid4()), 0), OtherEpoch),
    ):
        with pytest.raises(refusal):
            await first_of(market.trader, **{symbol: position})
    await in_database(forget_events, upto=4)
    with pytest.raises(Expired):
        await first_of(market.trader, ACME=BookPosition(epoch, 3))
    assert len((await first_of(market.trader, ACME=BookPosition(epoch, 4))).reports) == 2
    await feed.close()


async def test_a_new_epoch_ends_the_stream(market):
    async with aclosing(stream_of(market.trader)) as stream:
        await anext(stream)
        await in_database(Book.objects.update, epoch=uuid4())
        with pytest.raises(OtherEpoch):
            await asyncio.wait_for(read_to_the_end(stream), PATIENCE_S)
    await feed.close()


async def test_who_is_not_welcome_any_more_hears_no_more(market, monkeypatch):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0)

    async def shut_out() -> None:
        raise PermissionError

    async with aclosing(feed.executions_of(market.trader, since={}, check_again=shut_out)) as stream:
        await anext(stream)
        with pytest.raises(PermissionError):
            await anext(stream)
    await feed.close()
