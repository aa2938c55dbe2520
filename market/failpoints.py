"""Places on the path of an order where a test can make something go wrong. Nothing happens there otherwise.

A place does nothing until it is armed, and only a copy that is thrown away after a test may be armed: the settings
refuse anything else. A plan is written as ``seed=7; drain.after_apply=exit@2; intake.*=raise%0.05/0.5``: what is done,
at which reach (``@``) or with what chance at each (``%``), and with what chance the place takes part in this run at all
(``/``). ``stop:0.3`` and ``sleep:0.3`` take seconds. The same seed gives the same faults.
"""

import fnmatch
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

SITES = frozenset(
    {
        "intake.begun",
        "intake.after_look_up",
        "intake.after_checks",
        "intake.after_insert",
        "intake.before_commit",
        "intake.after_commit",
        "intake.before_reply",
        "wake.before_flag",
        "wake.after_flag",
        "wake.after_task",
        "drain.after_lease",
        "drain.after_clear",
        "drain.after_lock",
        "drain.after_take",
        "drain.after_apply",
        "drain.after_journal",
        "drain.after_settlement",
        "drain.before_commit",
        "drain.after_commit",
        "drain.after_keep",
        "drain.after_publish",
        "drain.before_recheck",
        "journal.after_commands",
        "settlement.after_orders",
        "settlement.after_trades",
        "restore.after_snapshot",
        "restore.after_replay",
        "snapshot.after_write",
        "idle_snapshot.after_lock",
        "idle_snapshot.before_commit",
        "sweep.after_look",
        "sweep.after_drain",
        "publish.before_send",
        "publish.after_send",
        "halt.after_lock",
        "halt.after_journal",
        "halt.before_commit",
        "halt.after_commit",
    }
)
KILLED = 137
TRIGGER = re.compile(
    r"(?P<action>exit|raise|stop|sleep|drop)(:(?P<seconds>[\d.]+))?"
    r"(@(?P<nth>\d+)|%(?P<chance>[\d.]+)(/(?P<takes_part>[\d.]+))?)?"
)


class InjectedFault(RuntimeError):
    """What an armed place raises: a failure that no code expects by name."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a place does, and when: at its ``nth`` reach, or by ``chance`` at each when ``nth`` is 0."""

    what: str
    seconds: float = 0.0
    nth: int = 1
    chance: float = 0.0


class _Plan:
    """The armed places of this process. ``landed`` is a file that gets a line before each fault."""

    def __init__(self, triggers: Mapping[str, Trigger], *, seed: int, landed: Path | None) -> None:
        self.reached: Counter[str] = Counter()
        self._triggers = dict(triggers)
        self._chances = {site: random.Random(f"{seed}:{site}") for site in triggers}
        self._landed = landed
        self._lock = threading.Lock()

    def reach(self, site: str) -> None:
        assert site in SITES, f"{site} is not among the known places"
        with self._lock:
            self.reached[site] += 1
            trigger = self._triggers.get(site)
            is_due = trigger is not None and self._is_due(site, trigger)
        if trigger is not None and is_due:
            self._note(site, trigger)
            _do(site, trigger)

    def _is_due(self, site: str, trigger: Trigger) -> bool:
        if trigger.nth:
            return self.reached[site] == trigger.nth
        return self._chances[site].random() < trigger.chance

    def _note(self, site: str, trigger: Trigger) -> None:
        if self._landed is not None:
            with self._landed.open("ab", buffering=0) as file:
                file.write(f"{site} {trigger.what} {os.getpid()}\n".encode())


_armed: list[_Plan] = []
"""The plan that is armed in this process, if any."""


def failpoint(site: str) -> None:
    """A place on the path, by its name in ``SITES``."""
    if _armed:
        _armed[0].reach(site)


def arm(plan: str, *, landed: Path | None = None) -> None:
    """Arm places as a plan says; an empty one disarms all. Raises ValueError for a plan that cannot be read."""
    _armed[:] = [_read(plan, landed=landed)] if plan.strip() else []


def reached() -> Counter[str]:
    """How often each place was reached since it was armed."""
    return Counter(_armed[0].reached) if _armed else Counter()


def _read(plan: str, *, landed: Path | None) -> _Plan:
    entries = dict(_entry(text) for text in plan.split(";") if text.strip())
    seed = int(entries.pop("seed", "0"))
    takes_part = random.Random(seed)
    triggers: dict[str, Trigger] = {}
    for pattern, text in entries.items():
        sites = sorted(fnmatch.filter(SITES, pattern))
        found = TRIGGER.fullmatch(text)
        if found is None or not sites:
            raise ValueError(f"{pattern}={text}: no such place, or no such thing to do there")
        trigger = Trigger(
            found["action"],
            seconds=float(found["seconds"] or 0),
            nth=0 if found["chance"] else int(found["nth"] or 1),
            chance=float(found["chance"] or 0),
        )
        share = float(found["takes_part"] or 1)
        triggers |= {site: trigger for site in sites if takes_part.random() < share}
    return _Plan(triggers, seed=seed, landed=landed)


def _entry(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _do(site: str, trigger: Trigger) -> None:
    match trigger.what:
        case "exit":
            os._exit(KILLED)
        case "raise":
            raise InjectedFault(site)
        case "sleep":
            time.sleep(trigger.seconds)
        case "stop":
            _stop(trigger.seconds)
        case "drop":
            drop_database_socket()


def _stop(seconds: float) -> None:
    """Stop this process as SIGSTOP does; for good, or until the seconds are over."""
    if seconds:
        subprocess.Popen(["/bin/sh", "-c", f"sleep {seconds}; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)


def drop_database_socket() -> None:
    """Shut this thread's connection down under the driver's feet, as a network that fails does."""
    if connection.connection is None or connection.connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)
