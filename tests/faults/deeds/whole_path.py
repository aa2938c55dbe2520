"""Everything that the exchange does to a book, done step by step by one process."""

import dataclasses
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import Error, close_old_connections, connection

from market import failpoints, shards, wake
from market.errors import MarketError
from market.failpoints import InjectedFault
from market.feed import publisher
from market.matcher.drain import Matcher
from market.matcher.sweeper import Sweeper
from market.models import Book
from market.services import trading
from tests.faults.clients import SELLERS, Client, actor_of
from tests.faults.deeds.registry import deed
from vocabulary import limits

PUBLISHED_WITHIN_S = 2.0


@deed
def whole_path(
    *,
    people: dict[str, Any],
    journal: str,
    symbol: str,
    name: str,
    seed: int,
    plan: str,
    landed: str,
) -> list[str]:
    """Everything that the exchange does to a book, by one process, step by step; the steps that failed.

    The faults of ``plan`` are armed after the first orders stand. A step that fails does not keep the next from being
    tried by the same process, as a worker goes on after a failed task.
    """
    if plan.startswith("snapshot"):
        limits.SNAPSHOT_EVERY_COMMANDS = 1
    limits.SNAPSHOT_IDLE_MS = 0
    hands = _Hands(people, journal=Path(journal), symbol=symbol, name=name, seed=seed)
    with suppress(MarketError):
        trading.resume(symbol, actor=hands.operator)
    hands.client.act()
    hands.client.act()
    wake.clear(symbol)
    failpoints.arm(plan or "seed=0", landed=Path(landed))
    failed = [step.__name__ for step in hands.steps() if not _succeeds(step)]
    failpoints.arm("")
    return failed


@dataclasses.dataclass
class _Hands:
    """The steps of ``whole_path``, in the order in which they are taken."""

    people: dict[str, Any]
    journal: Path
    symbol: str
    name: str
    seed: int

    def __post_init__(self) -> None:
        self.operator = actor_of(self.people["operator"])
        self.matcher = Matcher()
        self.sweeper = Sweeper(self.matcher, shard_numbers=[shards.shard_of(self.symbol)])
        self.client = self._client("buyer")
        self.houses = [self._client(who) for who in SELLERS]

    def _client(self, who: str) -> Client:
        return Client(
            self.people[who], journal=self.journal, name=f"{self.name}-{who}", symbol=self.symbol, seed=self.seed
        )

    def steps(self) -> list[Callable[[], object]]:
        """All steps."""
        return [self.cross, self.drain, self.amend, self.drain, self.halt, self.drain, self.resume, self.cross,
                self.sweep, self.rest, self.publish]  # fmt: skip

    def cross(self) -> None:
        """Two orders that trade with each other or with what stands."""
        first, second = self.houses
        first.send(first.ticket(side="SELL", price="9.98"))
        second.send(second.ticket(side="BUY", price="10.02"))

    def amend(self) -> None:
        """What clients do at random."""
        for client in (self.client, *self.houses):
            client.act()

    def drain(self) -> None:
        """A task's drain, with the lease."""
        self.matcher.drain(self.symbol)

    def halt(self) -> None:
        """An operator halts the book, and somebody orders all the same."""
        trading.halt(self.symbol, reason="a test", actor=self.operator)
        self.client.send(self.client.ticket())

    def resume(self) -> None:
        """The operator resumes it."""
        trading.resume(self.symbol, actor=self.operator)

    def sweep(self) -> None:
        """The sweeper finds what has waited too long."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE market_inboxcommand SET accepted_at = accepted_at - interval '1 minute'")
        self.sweeper.keep_time()
        self.sweeper.sweep()

    def rest(self) -> None:
        """The sweeper writes a snapshot of a book at rest, unless the last batch has left one: then after another."""
        row = Book.objects.get(instrument__symbol=self.symbol)
        if row.snapshot_command_seq == row.command_seq:
            self.cross()
            self.sweep()  # not a task's drain: a process that was killed may still have the lease
        self.sweeper._snapshot_idle_books()

    def publish(self) -> None:
        """The publisher's thread gets the time to send what it has."""
        deadline = time.monotonic() + PUBLISHED_WITHIN_S
        while not publisher._publisher._waiting.empty() and time.monotonic() < deadline:
            time.sleep(0.002)
        while not failpoints.reached()["publish.after_send"] and time.monotonic() < deadline:
            time.sleep(0.002)


def _succeeds(step: Callable[[], object]) -> bool:
    try:
        step()
    except (Error, InjectedFault, MarketError):
        close_old_connections()
        return False
    return True
