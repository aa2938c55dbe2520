"""What the person at the console reads: one line per event, with the time since the start."""

import sys
import time


class Console:
    """Prints lines with the seconds since it was made."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started_at

    def say(self, text: str) -> None:
        """One line about one event."""
        self.show(f"{self.elapsed_s:6.1f} s  {text}")

    def show(self, text: str) -> None:
        """Text as it is; a console that went away is no reason to stop."""
        try:
            print(text, flush=True)
        except OSError:
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115 - stays open for the rest of the run
