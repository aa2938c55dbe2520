"""When a request is sent again, and how long to wait before: growing pauses with chance in them, a bounded patience."""

from __future__ import annotations

import random
from dataclasses import dataclass

from marketops_client.errors import MarketOpsError, OutcomeUnknown, Unavailable


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from ``first_s`` up to ``longest_s``, each cut by chance: clients do not march in step."""

    first_s: float = 0.1
    longest_s: float = 5.0

    def pause_s(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        whole: float = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 16))
        return whole * random.uniform(0.5, 1.0)


@dataclass(slots=True)
class Attempts:
    """One request's attempts: at most ``most`` of them."""

    most: int
    backoff: Backoff
    failures: int = 0

    def pause_after(self, error: MarketOpsError) -> float:
        """How long to wait before the next attempt. Raises the error when there is to be none."""
        self.failures += 1
        if self.failures >= self.most or not isinstance(error, Unavailable | OutcomeUnknown):
            raise error
        asked = error.retry_after_s if isinstance(error, Unavailable) else None
        return self.backoff.pause_s(self.failures) if asked is None else asked
