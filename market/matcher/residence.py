"""How long a worker stays with a book: while commands keep coming, but not so long that other books wait for it."""

import threading
import time

from market import wake
from market.matcher.lease import Lease
from vocabulary import limits

HOLD_AGAIN_S = limits.WAKE_FLAG_MS / 1000 / 2
PAUSE_FIRST_S = 0.001


class Residence:
    """A worker's stay with one book.

    While it stays, the book's flag is up, so that intake sends no wake-ups that nobody needs: it looks for itself. When
    it leaves, it takes the flag down first and looks once more, so that nothing that came meanwhile is missed.
    """

    def __init__(self, symbol: str, *, held: Lease, leaving: threading.Event) -> None:
        self._symbol = symbol
        self._held = held
        self._leaving = leaving
        self._began = time.monotonic()
        self._held_at = self._began
        self._is_last_look = False
        wake.hold(symbol)

    def goes_on(self) -> bool:
        """Whether to take another batch: not when the worker is to end, or when it is another book's turn."""
        self._stay_known()
        return not (self._leaving.is_set() or self._is_over())

    def waits_for_more(self, *, idle_since: float) -> bool:
        """Wait a moment for the next command; False when it is time to leave."""
        idle_s = time.monotonic() - idle_since
        if self._is_last_look:
            return False
        is_needed_elsewhere = wake.others_wait(self._symbol)
        if is_needed_elsewhere or idle_s * 1000 >= limits.RESIDENT_IDLE_MS or not self.goes_on():
            wake.clear(self._symbol)
            self._is_last_look = True
            return True
        self._leaving.wait(min(max(idle_s, PAUSE_FIRST_S), limits.RESIDENT_PAUSE_MS_MAX / 1000))
        return True

    def leave(self, *, something_may_wait: bool) -> None:
        """Give the book back; what still waits wakes whoever is next in the queue."""
        if not self._is_last_look:
            wake.clear(self._symbol)
        if something_may_wait:
            wake.wake(self._symbol)

    def _stay_known(self) -> None:
        now = time.monotonic()
        if now - self._held_at > HOLD_AGAIN_S:
            self._held_at = now
            self._held.prolong()
            if not self._is_last_look:
                wake.hold(self._symbol)

    def _is_over(self) -> bool:
        stayed_ms = (time.monotonic() - self._began) * 1000
        if stayed_ms >= limits.RESIDENT_MS_MAX:
            return True
        return stayed_ms >= limits.RESIDENT_TURN_MS and wake.others_wait(self._symbol)
