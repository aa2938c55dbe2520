"""Participants of the running exchange, and the laboratory in which its processes are hurt one by one."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from launch.options import PROJECT
from tests.faults import laboratory as laboratories
from tests.faults import landings as counted
from tests.faults.laboratory import Laboratory
from tests.faults.landings import Landings
from tests.faults.traffic import Participant
from tests.running_system import Entrance, RunningSystem

PEOPLE = {"buyer-1": "CASH", "buyer-2": "CASH", "seller-1": "HOUSE", "seller-2": "HOUSE"}
GROUP = "laboratory"
LAST = "test_everything_that_was_to_strike_has_struck"
TABLE = PROJECT / "var" / "faults.json"


@pytest.fixture(scope="session")
def entrances(system: RunningSystem) -> dict[str, Entrance]:
    """Two buyers who can only spend what they have, and two house sellers."""
    return system.let_in(PEOPLE)


@pytest.fixture
def participants(system: RunningSystem, entrances: dict[str, Entrance]) -> list[Participant]:
    """All of them, with ids for their orders that nobody has used yet."""
    run = uuid4().hex[:8]
    return [
        Participant(system, f"{run}-{name}", "BUY" if name.startswith("buyer") else "SELL", *entrance)
        for name, entrance in entrances.items()
    ]


@pytest.fixture(scope="session")
def landings() -> Landings:
    """The counts of this run. ``MARKETOPS_FAULT_SEED`` repeats one."""
    named = os.environ.get("MARKETOPS_FAULT_SEED")
    return Landings(seed=int(named) if named else random.SystemRandom().randrange(10**6))


@pytest.fixture(scope="session")
def premises(landings: Landings) -> Iterator[Laboratory]:
    """The servers and the warm parent of all laboratories."""
    with laboratories.opened(landings) as laboratory:
        yield laboratory


@pytest.fixture
def laboratory(premises: Laboratory, request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """A laboratory as new: an exchange with people and without instruments."""
    with premises.renewed() as renewed:
        sys.stdout.write(f"MARKETOPS_FAULT_SEED={renewed.landings.seed} repeats these faults\n")
        yield renewed


@pytest.fixture(scope="session")
def amount() -> Callable[[int, int], int]:
    """How much of something: the first in an ordinary run, the second by night."""
    by_night = bool(os.environ.get("MARKETOPS_NIGHTLY"))
    return lambda ordinary, nightly: nightly if by_night else ordinary


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all tests of the laboratory meet in one process, and the one that looks at all their counts come last."""
    last = [item for item in items if item.name == LAST]
    for item in items:
        if {"laboratory", "landings"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(GROUP))
    if last:
        items[:] = [item for item in items if item not in last] + last


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table that the last test has written."""
    if TABLE.exists() and TABLE.stat().st_mtime > terminalreporter._session_start.time:
        terminalreporter.section("faults that were brought about")
        for line in counted.table(counted.read(TABLE)):
            terminalreporter.write_line(line)
