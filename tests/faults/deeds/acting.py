"""What clients do, each in a process of its own."""

import os
import time
from pathlib import Path
from typing import Any

from market import failpoints
from market.selectors import orders as own_orders
from market.services import orders
from tests.faults.clients import Client, actor_of
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


@deed
def send_and_die(*, people: dict[str, Any], journal: str, symbol: str, name: str, who: str, count: int) -> None:
    """Send so many tickets, and die as soon as the last answer is there."""
    client = Client(people[who], journal=Path(journal), name=name, symbol=symbol, seed=0)
    for _ in range(count):
        client.send(client.ticket())
    os._exit(failpoints.KILLED)


@deed
def order_and_cancel(*, people: dict[str, Any], journal: str, symbol: str, name: str, who: str) -> dict[str, str]:
    """Send an order that rests and at once ask for its cancel; the ticket."""
    client = Client(people[who], journal=Path(journal), name=name, symbol=symbol, seed=0)
    ticket = client.ticket(side="BUY", price="9.00")
    client.send(ticket)
    actor = actor_of(people[who])
    orders.cancel(own_orders.by_cl_ord_id(client.account, ticket["cl_ord_id"], actor=actor).order_id, actor=actor)
    return ticket
