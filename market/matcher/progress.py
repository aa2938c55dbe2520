"""When this process last got on with its work, for whoever watches it."""

import threading
import time


class Progress:
    """The moment of the last step forward, by what kind of step it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: dict[str, float] = {}
        self._began = time.monotonic()

    def mark(self, kind: str) -> None:
        """A step forward was made now."""
        with self._lock:
            self._at[kind] = time.monotonic()

    def silent_s(self, *kinds: str) -> float:
        """For how long no step of these kinds has been made; of any kind when none is named."""
        with self._lock:
            known = [at for kind, at in self._at.items() if not kinds or kind in kinds]
        return time.monotonic() - max(known, default=self._began)
