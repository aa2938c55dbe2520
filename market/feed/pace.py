"""How fast a client may ask: a bucket for one, and a bucket for each of many."""

import threading
from collections import OrderedDict

from market.errors import Throttled


class Pace:
    """A bucket of requests that refills steadily: ``per_s`` a second, and no more than ``at_once`` at once.

    ``at_once`` is a second's worth unless given.
    """

    def __init__(self, per_s: int, *, now_s: float, at_once: int | None = None) -> None:
        self._per_s = per_s
        self._room = at_once or per_s
        self._left = float(self._room)
        self._refilled_at = now_s

    def allows_one_more(self, *, now_s: float) -> bool:
        """Count one request; False when it comes too fast, and is not counted."""
        self._left = min(self._room, self._left + (now_s - self._refilled_at) * self._per_s)
        self._refilled_at = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def allowed_in_s(self) -> float:
        """How long after the last request the next one may come."""
        return max(0.0, (1 - self._left) / self._per_s)


class Budget:
    """A bucket for each caller, for as many callers as are remembered. Threads of one process share it.

    A caller who is forgotten begins with a full bucket: there are more callers than room only when each asks little.
    """

    def __init__(self, per_s: int, *, at_once: int, callers_max: int) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._callers_max = callers_max
        self._paces: OrderedDict[str, Pace] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._paces)

    def spend(self, caller: str, *, now_s: float) -> None:
        """Count one request of a caller. Raises Throttled when it comes too fast."""
        with self._lock:
            pace = self._paces.pop(caller, None) or Pace(self._per_s, now_s=now_s, at_once=self._at_once)
            self._paces[caller] = pace
            if len(self._paces) > self._callers_max:
                self._paces.popitem(last=False)
            if pace.allows_one_more(now_s=now_s):
                return
            raise Throttled(
                f"At most {self._per_s} of these requests a second, and {self._at_once} at once.",
                retry_after_s=pace.allowed_in_s(),
            )
