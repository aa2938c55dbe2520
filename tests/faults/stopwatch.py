"""Time as the exchange could use it: not counting how long processes merely waited for a processor.

Tests share few cores with one another; a promise about a restart is not one about somebody else's load.
"""

import time
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")


class Stopwatch:
    """Measures from its making."""

    def __init__(self) -> None:
        self.started_at = time.monotonic()
        self._stalled_s = _stalled_s()

    def usable_s(self) -> float:
        """Seconds since the start, without those in which some process had to wait for a processor."""
        return time.monotonic() - self.started_at - (_stalled_s() - self._stalled_s)


def _stalled_s() -> float:
    """What the kernel has counted (Linux PSI, "some"); 0 where it does not count."""
    try:
        some = PRESSURE.read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(some.rpartition("total=")[2]) / 1e6
