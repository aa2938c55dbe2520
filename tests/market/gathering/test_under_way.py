"""What one connection has asked for: many requests of one kind at once, and one kind after the other."""

import asyncio

import pytest

from market.gathering import UnderWay
from vocabulary import limits


class Work:
    """Requests that are done when the test says so."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = asyncio.Event()

    async def follow(self, name: str) -> None:
        self.begun.append(name)
        await self.may_end.wait()


async def a_while() -> None:
    """Let everybody do what they can do at once."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_requests_of_one_kind_are_under_way_together_and_another_kind_waits_for_them():
    work, under_way = Work(), UnderWay()
    for name in ("first", "second"):
        await under_way.begin(lambda name=name: work.follow(name), kind="place")
    other = asyncio.create_task(under_way.begin(lambda: work.follow("third"), kind="cancel"))
    await a_while()
    assert (work.begun, bool(under_way)) == (["first", "second"], True)
    work.may_end.set()
    await other
    await under_way.settle()
    assert (work.begun, bool(under_way)) == (["first", "second", "third"], False)


async def test_no_more_are_under_way_than_there_may_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "ORDER_REQUESTS_IN_FLIGHT_MAX", 2)
    work, under_way = Work(), UnderWay()
    for name in ("first", "second"):
        await under_way.begin(lambda name=name: work.follow(name), kind="place")
    beyond = asyncio.create_task(under_way.begin(lambda: work.follow("third"), kind="place"))
    await a_while()
    assert work.begun == ["first", "second"]
    work.may_end.set()
    await beyond
    await under_way.finish()
    assert work.begun == ["first", "second", "third"]


async def test_a_request_that_fails_is_heard_of_by_whoever_waits_for_all():
    under_way = UnderWay()

    async def fail() -> None:
        raise ZeroDivisionError

    await under_way.begin(fail, kind="place")
    await under_way.finish()
    with pytest.raises(ZeroDivisionError):
        await under_way.settle()
    await under_way.settle()
