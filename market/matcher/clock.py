"""The database's clock, watched: whether it goes as this process's own, which never jumps, and is seen often.

Nothing is safe because of a clock. But who cancels orders because time has passed should not do so because it jumped.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from market import metrics
from market.selectors import calendars as calendar_selectors
from vocabulary import limits

logger = structlog.get_logger(__name__)


class Look(NamedTuple):
    """One look at the clock: by how many seconds it has jumped since the last one, and how long ago that was."""

    jump_s: float
    unseen_s: float

    @property
    def has_jumped(self) -> bool:
        """Whether the database's clock has moved by more than a clock drifts."""
        return abs(self.jump_s) > limits.CLOCK_JUMP_S

    @property
    def may_have_missed_renewals(self) -> bool:
        """Whether a lease that is over now may be over only because time jumped, or the database was away."""
        return self.jump_s > limits.CLOCK_JUMP_S or self.unseen_s > limits.UNSEEN_S_MAX


class DatabaseClock:
    """Compares the database's clock with a monotonic one, look by look."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: tuple[datetime, float] | None = None
        self._steady_from = 0.0

    def look(self) -> Look:
        """Look at the clock. Raises OperationalError when the database is away."""
        shown, own_s = calendar_selectors.database_time(), self._monotonic()
        seen, self._seen = self._seen, (shown, own_s)
        if seen is None:
            self._steady_from = own_s
            return Look(0, 0)
        unseen_s = own_s - seen[1]
        look = Look((shown - seen[0]) / timedelta(seconds=1) - unseen_s, unseen_s)
        if look.has_jumped:
            self._steady_from = own_s + limits.CLOCK_SETTLES_S
            metrics.CLOCK_JUMPS.inc()
            logger.warning("database_clock_jumped", seconds=round(look.jump_s, 3))
        return look

    @property
    def is_steady(self) -> bool:
        """Whether the clock has gone on from where it jumped to, if it did: one that jumps to and fro moves nothing."""
        return self._seen is not None and self._seen[1] >= self._steady_from
