"""Connections that have not proved yet who they are: few at a time, and guessers wait longer."""

import threading
import time
from collections import Counter
from typing import Protocol

from vocabulary import limits

FIRST_DELAY_S = 0.25


class Waiting(Protocol):
    """A connection before it is let in."""

    @property
    def address(self) -> str:
        """Where it comes from."""

    @property
    def progress(self) -> int:
        """How far it has come: the higher, the more work it has done."""

    def turn_away(self) -> None:
        """Close it. Returns at once."""


class WaitingRoom:
    """A place for so many connections. When it is full a newcomer takes the place of the least deserving.

    That is one from the address that holds most places; of those one that has said nothing yet; of those the oldest.
    So whoever fills the room with silence pushes out their own connections, and an operator still comes in.
    """

    def __init__(self, *, places: int = limits.SSH_WAITING_CONNECTIONS_MAX) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._inside: list[Waiting] = []

    def enter(self, newcomer: Waiting) -> None:
        """Let a connection wait, at the cost of another when the room is full."""
        pushed_out = None
        with self._lock:
            if len(self._inside) >= self._places:
                held = Counter(waiting.address for waiting in self._inside)
                pushed_out = min(self._inside, key=lambda waiting: (-held[waiting.address], waiting.progress))
                self._inside.remove(pushed_out)
            self._inside.append(newcomer)
        if pushed_out is not None:
            pushed_out.turn_away()

    def leave(self, waiting: Waiting) -> None:
        """Free the place of a connection that was let in or is gone."""
        with self._lock:
            if waiting in self._inside:
                self._inside.remove(waiting)


class Doorkeeper:
    """Remembers failed attempts by address, and makes the answer to each further one take longer.

    Only failures wait: whoever has the right key comes in at once, whatever strangers at the same address do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, float]] = {}

    def delay_after_failure(self, address: str) -> float:
        """Note a failure and say for how many seconds its answer is held back."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            count = self._failures.get(address, (0, now))[0] + 1
            self._failures[address] = (count, now)
        if count <= limits.SSH_FREE_FAILURES:
            return 0.0
        doublings = min(count - limits.SSH_FREE_FAILURES - 1, limits.SSH_FAILURE_DELAY_S_MAX)
        return float(min(FIRST_DELAY_S * 2**doublings, limits.SSH_FAILURE_DELAY_S_MAX))

    def _forget(self, now: float) -> None:
        oldest = now - limits.SSH_FAILURES_FORGOTTEN_AFTER_S
        self._failures = {address: seen for address, seen in self._failures.items() if seen[1] > oldest}
