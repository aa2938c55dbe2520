"""What a process of the laboratory can be asked to do, each a function that runs in a child of the warm parent.

A deed gets what JSON can carry and returns the like. ``do`` first points the child at its database and makes the few
limits small that would otherwise need many orders or seconds to be reached.
"""

import dataclasses
import inspect
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import Error, close_old_connections, connection, connections

from access.services import users
from market import failpoints, shards, wake
from market.errors import MarketError
from market.failpoints import InjectedFault
from market.feed import publisher
from market.matcher import verification
from market.matcher.drain import Matcher
from market.matcher.sweeper import Sweeper
from market.models import Book, Instrument
from market.services import accounts, instruments, trading
from tests.faults.clients import SELLERS, Client, actor_of
from vocabulary import limits
from vocabulary.roles import AccountKind, Role

PASSWORD = "a-long-password-for-a-test"
PEOPLE = {"buyer": "CASH", "saver": "CASH", "house_a": "HOUSE", "house_b": "HOUSE"}
DEPOSITS = {"buyer": "1000000000", "saver": "100"}
SMALL_LIMITS = {"MATCH_BATCH_MAX": 4, "SNAPSHOT_EVERY_COMMANDS": 40}
GIVES_UP_AFTER_S = 30.0
PUBLISHED_WITHIN_S = 2.0

Deed = Callable[..., Any]
DEEDS: dict[str, Deed] = {}


def deed(function: Deed) -> Deed:
    """Make a function known as a deed, by its name."""
    DEEDS[function.__name__] = function
    return function


def do(
    wanted: str,
    /,
    *,
    database: str = "",
    port: int = 0,
    limit: dict[str, int] | None = None,
    plan: str = "",
    landed: str = "",
    **arguments: Any,
) -> Any:
    """Do a deed in this process. ``plan`` arms failpoints, ``port`` leads through a proxy."""
    connections["default"].settings_dict.update({"NAME": database} if database else {})
    connections["default"].settings_dict.update({"PORT": port} if port else {})
    for limit_name, value in {**SMALL_LIMITS, **(limit or {})}.items():
        setattr(limits, limit_name, value)
    function = DEEDS[wanted]
    words = inspect.signature(function).parameters
    given = {**arguments, "plan": plan, "landed": landed}
    if "plan" not in words:
        failpoints.arm(plan, landed=Path(landed))
    return function(**{word: value for word, value in given.items() if word in words})


@deed
def let_in() -> dict[str, dict[str, Any]]:
    """Let people in: two who spend what they have, two houses, and an operator."""
    people = {}
    operator = users.create(username="olivia", password=PASSWORD, role=Role.OPERATOR)
    people["operator"] = {**_fields(operator), "account": "", "kind": ""}
    for name, kind in PEOPLE.items():
        actor = users.create(username=name.replace("_", "-"), password=PASSWORD)
        account = accounts.open_account(owner=actor, kind=AccountKind[kind], number=name.upper().replace("_", "-"))
        if name in DEPOSITS:
            accounts.deposit(account.number, amount=Decimal(DEPOSITS[name]), note="to begin with", actor=actor)
        people[name] = {**_fields(actor), "account": account.number, "kind": kind}
    return people


@deed
def list_instrument(*, people: dict[str, Any], symbol: str) -> None:
    """List an instrument that trades from 5.00 to 15.00 in cents."""
    instruments.add(
        symbol=symbol,
        name=f"{symbol} Industries",
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        reference_price=Decimal("10.00"),
        actor=actor_of(people["operator"]),
    )


@deed
def trade(
    *,
    people: dict[str, Any],
    journal: str,
    symbol: str,
    name: str,
    who: str = "house_a",
    seed: int = 0,
    count: int = 0,
    until: str = "",
    pause_s: float = 0.0,
) -> int:
    """Act as one client, so many times or until a file is there; how many acts that were."""
    client = Client(people[who], journal=Path(journal), name=name, symbol=symbol, seed=seed)
    acts = 0
    while acts < count or (until and not Path(until).exists()):
        client.act()
        acts += 1
        if pause_s:
            time.sleep(pause_s)
    return acts


@deed
def send(
    *, people: dict[str, Any], journal: str, symbol: str, name: str, who: str, tickets: list[dict[str, str]]
) -> Any:
    """Send these tickets as they are, one after the other; the answers' codes."""
    client = Client(people[who], journal=Path(journal), name=name, symbol=symbol, seed=0)
    return [client.send(ticket) for ticket in tickets]


@deed
def drain(*, symbol: str, ask_lease: bool = False, until: str = "") -> dict[str, int]:
    """Drain a book until nothing waits, or until a file is there; counts of commands and of failures."""
    matcher, done = Matcher(), Counter({"sequenced": 0, "failed": 0})
    while True:
        try:
            done["sequenced"] += matcher.drain(symbol, ask_lease=ask_lease)
        except Error:
            done["failed"] += 1
            close_old_connections()
        if not until or Path(until).exists():
            return dict(done)
        time.sleep(0.002)


@deed
def drain_once(*, symbol: str, ask_lease: bool = False) -> int:
    """Drain a book; how many commands were sequenced. What goes wrong is raised."""
    return Matcher().drain(symbol, ask_lease=ask_lease)


@deed
def settle(*, symbols: list[str], people: dict[str, Any]) -> dict[str, Any]:
    """Resume what is halted, drain the books until nothing waits, and replay each journal; the faults found."""
    matcher, faults = Matcher(), {}
    for symbol in symbols:
        deadline = time.monotonic() + GIVES_UP_AFTER_S
        trading.resume(symbol, actor=actor_of(people["operator"]))
        while _waits(symbol) and time.monotonic() < deadline:
            matcher.drain(symbol, ask_lease=False)
            if _is_stopped(symbol):
                break
        faults[symbol] = verification.verify(Instrument.objects.get(symbol=symbol)).fault
    return faults


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


def _waits(symbol: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM market_inboxcommand c JOIN market_instrument i ON i.id = c.instrument_id"
            " WHERE i.symbol = %s)",
            [symbol],
        )
        return bool(cursor.fetchone()[0])


def _is_stopped(symbol: str) -> bool:
    return Instrument.objects.filter(symbol=symbol, book__status="STOPPED").exists()


def _fields(actor: Any) -> dict[str, Any]:
    return {"user_id": actor.user_id, "username": actor.username, "role": actor.role.value}
