"""Workers in turn at one book, and leases that outlive their time."""

import random
import time
from pathlib import Path
from typing import Any

from market import failpoints, redis_connection
from market.failpoints import InjectedFault
from market.feed import publisher
from market.matcher import lease
from market.matcher.drain import Matcher
from tests.faults.clients import SELLERS, Client
from tests.faults.deeds.registry import deed
from vocabulary import limits

FAILS = "drain.before_commit"
TOLD_WITHIN_S = 0.3
IN_A_ROW_MAX = limits.ATTEMPTS_BEFORE_TRIAL - 1
"""Once more, and a command is tried in a process of its own, which takes seconds."""


@deed
def take_turns(
    *,
    people: dict[str, Any],
    journal: str,
    symbol: str,
    name: str,
    seed: int,
    landed: str,
    turns: int,
    tells: bool = False,
) -> int:
    """Let two workers drain in turn, orders between them and some of the batches failing; how many failed.

    When it ``tells``, each turn ends when its hint is sent.
    """
    chance = random.Random(seed)
    clients = [
        Client(people[who], journal=Path(journal), name=f"{name}-{who}", symbol=symbol, seed=seed) for who in SELLERS
    ]
    workers = [Matcher(), Matcher()]
    for worker in workers:
        worker.drain(symbol, ask_lease=False)
    failed = in_a_row = 0
    for _ in range(turns):
        for _ in range(chance.randint(1, 2)):
            client = chance.choice(clients)
            client.send(client.ticket())
        fails = chance.random() < 0.4 and in_a_row < IN_A_ROW_MAX
        failpoints.arm(f"{FAILS}=raise" if fails else "seed=0", landed=Path(landed))
        try:
            chance.choice(workers).drain(symbol, ask_lease=False)
            in_a_row = 0
        except InjectedFault:
            failed += 1
            in_a_row += 1
        if tells:
            _wait_until_told()
    return failed


def _wait_until_told() -> None:
    """The publisher's thread gets the time to send what it was given."""
    deadline = time.monotonic() + TOLD_WITHIN_S
    while not publisher._publisher._waiting.empty() and time.monotonic() < deadline:
        time.sleep(0.001)


@deed
def outlive_a_lease(*, symbol: str) -> bool:
    """Hold a lease past its end, and give it back when another has it; whether the other still has it then."""
    client = redis_connection.client()
    key = f"marketops:lease:{symbol}"
    with lease.hold(symbol):
        client.delete(key)
        other = lease.hold(symbol)
        held = other.__enter__()
        assert held is not None, "a lease that has run out is free"
        token = client.get(key)
    is_there = token is not None and client.get(key) == token
    other.__exit__(None, None, None)
    return is_there
