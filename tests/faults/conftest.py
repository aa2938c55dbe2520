"""Participants of the running exchange."""

from uuid import uuid4

import pytest

from tests.faults.traffic import Participant
from tests.running_system import Entrance, RunningSystem

PEOPLE = {"buyer-1": "CASH", "buyer-2": "CASH", "seller-1": "HOUSE", "seller-2": "HOUSE"}


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
