"""What matching workers do to a book."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import Error, close_old_connections, connection

from market import failpoints, redis_connection, shards
from market.matcher import verification
from market.matcher.drain import Matcher
from market.matcher.sweeper import Sweeper
from market.models import Instrument
from market.services import trading
from tests.faults.clients import SELLERS, Client, actor_of
from tests.faults.deeds.registry import deed

GIVES_UP_AFTER_S = 6.0
"""Without a command sequenced. A zombie may hold a book for two seconds, and a trial takes some as well."""


@deed
def drain(
    *, symbol: str, ask_lease: bool = False, until: str = "", is_to_empty: bool = False, within_s: float = 0.0
) -> dict[str, int]:
    """Drain a book once, until a file is there, or until nothing waits; counts of commands and of failures."""
    matcher, done = Matcher(), Counter({"sequenced": 0, "failed": 0, "emptied": 0})
    deadline = time.monotonic() + within_s
    while True:
        try:
            done["sequenced"] += matcher.drain(symbol, ask_lease=ask_lease)
            done["emptied"] = is_to_empty and not waits(symbol)
        except Error:
            done["failed"] += 1
            close_old_connections()
        if until and Path(until).exists():
            return dict(done)
        if not until and (not is_to_empty or done["emptied"] or time.monotonic() > deadline):
            return dict(done)
        time.sleep(0.002)


@deed
def act_and_drain(
    *,
    people: dict[str, Any],
    journal: str,
    symbol: str,
    name: str,
    seed: int,
    plan: str,
    landed: str,
    begins_clean: bool = True,
    survives: bool = False,
) -> int:
    """Drain a book, do some things that clients do, and only then let faults strike in the drain that follows.

    A drain that fails is an outcome too when this process ``survives``: its number of commands is then 0.
    """
    if begins_clean:
        Matcher().drain(symbol, ask_lease=False)
    first, second = (
        Client(people[who], journal=Path(journal), name=f"{name}-{who}", symbol=symbol, seed=seed) for who in SELLERS
    )
    first.send(first.ticket(side="SELL", price="9.98"))
    second.send(second.ticket(side="BUY", price="10.02"))
    first.act()
    failpoints.arm(plan, landed=Path(landed))
    try:
        return Matcher().drain(symbol, ask_lease=False)
    except Error:
        if not survives:
            raise
        return 0


def wake_ups_of(symbol: str) -> str:
    """The key of the list that holds a book's wake-ups."""
    return f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{shards.queue_of(symbol)}"


@deed
def queue(*, symbol: str) -> str:
    """The key of the list that holds a book's wake-ups."""
    return wake_ups_of(symbol)


@deed
def work(*, symbol: str, until: str) -> int:
    """Be a matching worker until a file is there: take wake-ups from the queue, and sweep; how many it took."""
    matcher, taken = Matcher(), 0
    sweeper = Sweeper(matcher, shard_numbers=[shards.shard_of(symbol)])
    sweeper.start()
    queue = wake_ups_of(symbol)
    while not Path(until).exists():
        try:
            if redis_connection.client().lpop(queue) is None:
                time.sleep(0.002)
                continue
            taken += 1
            matcher.serve(symbol)
        except (Error, redis.RedisError):
            close_old_connections()
            time.sleep(0.01)
    sweeper.stop()
    sweeper.join()
    return taken


@deed
def drain_once(*, symbol: str, ask_lease: bool = False) -> int:
    """Drain a book; how many commands were sequenced. What goes wrong is raised."""
    return Matcher().drain(symbol, ask_lease=ask_lease)


@deed
def halt(*, people: dict[str, Any], symbol: str) -> None:
    """An operator halts a book."""
    trading.halt(symbol, reason="a test", actor=actor_of(people["operator"]))


@deed
def resume(*, people: dict[str, Any], symbol: str) -> None:
    """An operator lets a halted book go on."""
    trading.resume(symbol, actor=actor_of(people["operator"]))


@deed
def settle(*, symbols: list[str], people: dict[str, Any]) -> dict[str, Any]:
    """Resume what is halted, drain the books until nothing waits, and replay each journal; the faults found."""
    matcher, faults = Matcher(), {}
    for symbol in symbols:
        trading.resume(symbol, actor=actor_of(people["operator"]))
        moved_at = time.monotonic()
        while waits(symbol) and not _is_stopped(symbol) and time.monotonic() - moved_at < GIVES_UP_AFTER_S:
            if matcher.drain(symbol, ask_lease=False):
                moved_at = time.monotonic()
        faults[symbol] = verification.verify(Instrument.objects.get(symbol=symbol)).fault
    return faults


def waits(symbol: str) -> bool:
    """Whether commands wait for a book."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM market_inboxcommand c JOIN market_instrument i ON i.id = c.instrument_id"
            " WHERE i.symbol = %s)",
            [symbol],
        )
        return bool(cursor.fetchone()[0])


def _is_stopped(symbol: str) -> bool:
    return Instrument.objects.filter(symbol=symbol, book__status="STOPPED").exists()
