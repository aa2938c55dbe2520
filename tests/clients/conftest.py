"""People who trade on the running exchange by the client, and a relay that cuts them off."""

from collections.abc import Iterator
from itertools import cycle
from uuid import uuid4

import pytest

from marketops_client import Client
from tests.clients.cutting import Relay, relay_to
from tests.running_system import Entrance, RunningSystem, wait_until

PEOPLE = 6


@pytest.fixture(scope="session")
def people(system: RunningSystem) -> Iterator[Entrance]:
    """Houses, which may go short, with a billion in each account, in turn: letting somebody in takes its time."""
    names = [f"client-{uuid4().hex[:8]}" for _ in range(PEOPLE)]
    return cycle(system.let_in(dict.fromkeys(names, "HOUSE")).values())


@pytest.fixture
def entrance(people: Iterator[Entrance]) -> Entrance:
    """A house that nobody else trades for meanwhile."""
    return next(people)


@pytest.fixture
def exchange(system: RunningSystem, entrance: Entrance) -> Iterator[Client]:
    """A client that is signed in; its open orders are canceled at the end."""
    with Client(system.http, api_key=entrance.api_key) as client:
        yield client
        client.cancel_all(entrance.account)
        wait_until(lambda: not client.orders(account=entrance.account, is_open=True), within_s=10)


@pytest.fixture
def relay(system: RunningSystem) -> Iterator[Relay]:
    """A relay before the exchange."""
    with relay_to(system.http) as opened:
        yield opened
