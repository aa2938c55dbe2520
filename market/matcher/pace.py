"""How many commands a batch takes: as many as a book does in the time that a batch may take.

The database cuts off whoever holds a book's row for too long. So an honest slow batch must stay well within that time,
and the only measure of how slow a book is are its batches before.
"""

from vocabulary import limits

GROWTH = 2
FALL_BITS = 2
"""With each attempt that did not end a batch becomes four times smaller."""


class Pace:
    """The batch size of each book that this process has matched."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}

    def count_for(self, instrument_id: int, *, attempt: int) -> int:
        """How many commands the next batch takes at most, at the so-manieth attempt from the same command."""
        size = self._sizes.get(instrument_id, min(limits.MATCH_BATCH_FIRST, limits.MATCH_BATCH_MAX))
        return max(1, min(size, limits.MATCH_BATCH_MAX) >> FALL_BITS * (attempt - 1))

    def note(self, instrument_id: int, *, count: int, allowed: int, seconds: float) -> None:
        """Learn from a batch of ``count`` commands that ``allowed`` were allowed for and that took so long."""
        budget_s = limits.MATCH_BUDGET_MS / 1000
        if seconds > budget_s:
            self._sizes[instrument_id] = max(1, int(count * budget_s / seconds))
        elif count >= allowed:
            fitting = int(count * budget_s / max(seconds, 1e-6))
            self._sizes[instrument_id] = max(1, min(count * GROWTH, fitting, limits.MATCH_BATCH_MAX))
