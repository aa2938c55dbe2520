"""A stream is read for ever: it is opened anew after a break, a silence or a gap, and given up when told to."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from terminal.live import streams
from terminal.live.local_book import Gap
from terminal.live.streams import Link, LinkState, keep_reading
from terminal.refusals import Refusal, Refused
from vocabulary.exit_status import ExitStatus

AWAY = Refused(Refusal(ExitStatus.UNAVAILABLE, "unavailable", "The exchange is away."))
NOT_LISTED = Refused(Refusal(ExitStatus.NOT_FOUND, "not_found", "There is no such market."))

Played = list[object]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PAUSE_S_MIN", 0.001)


def player(*plays: Played) -> Callable[[], AsyncGenerator[object, None]]:
    """Streams that say what is given and fail where an exception is; after the last the market is delisted."""
    left = [*plays, [NOT_LISTED]]

    async def opened() -> AsyncGenerator[object, None]:
        for said in left.pop(0):
            if isinstance(said, Exception):
                raise said
            yield said

    return opened


async def heard(*plays: Played, take: Callable[[object], None] | None = None) -> tuple[list[object], list[Link]]:
    said: list[object] = []
    links: list[Link] = []
    await keep_reading(player(*plays), take=take or said.append, report=links.append, silence_s_max=0.05)
    return said, links


LIVE = Link(LinkState.LIVE)
DELISTED = Link(LinkState.ENDED, "There is no such market.")


async def test_after_a_break_it_is_opened_anew_and_everybody_knows_why():
    said, links = await heard([1, AWAY], [2, AWAY])
    away = Link(LinkState.RECONNECTING, "The exchange is away.")
    assert said == [1, 2]
    assert links == [LIVE, away, LIVE, away, DELISTED]


async def test_a_stream_that_ends_is_opened_anew():
    said, links = await heard([1], [2])
    assert said == [1, 2]
    assert links[1] == Link(LinkState.RECONNECTING, "The exchange has ended the stream.")


async def test_a_gap_is_answered_by_a_new_subscription():
    taken: list[object] = []

    def take(said: object) -> None:
        if said == "gap" and said not in taken:
            taken.append(said)
            raise Gap
        taken.append(said)

    _, links = await heard([1, "gap", 2], [3], take=take)
    assert taken == [1, "gap", 3]
    assert links[1] == Link(LinkState.RECONNECTING, "An update was missed.")


async def test_silence_is_a_break():
    async def mute() -> AsyncGenerator[object, None]:
        await asyncio.sleep(60)
        yield None

    links: list[Link] = []
    reading = asyncio.create_task(keep_reading(mute, take=lambda _: None, report=links.append, silence_s_max=0.02))
    async with asyncio.timeout(5):
        while not links:
            await asyncio.sleep(0.005)
    reading.cancel()
    assert links[0] == Link(LinkState.RECONNECTING, "The exchange has fallen silent.")


async def test_where_there_is_no_use_in_trying_again_it_ends():
    said, links = await heard([NOT_LISTED])
    assert (said, links) == ([], [DELISTED])
