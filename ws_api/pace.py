"""How fast a client may talk."""


class Pace:
    """A bucket of messages that refills steadily: ``per_s`` a second, and no more than a second's worth at once."""

    def __init__(self, per_s: int, *, now_s: float) -> None:
        self._per_s = per_s
        self._left = float(per_s)
        self._refilled_at = now_s

    def allows_one_more(self, *, now_s: float) -> bool:
        """Count one message; False when it comes too fast."""
        self._left = min(self._per_s, self._left + (now_s - self._refilled_at) * self._per_s)
        self._refilled_at = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
