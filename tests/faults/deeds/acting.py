"""What clients do, each in a process of its own."""

import time
from pathlib import Path
from typing import Any

from tests.faults.clients import Client
from tests.faults.deeds.registry import deed


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
