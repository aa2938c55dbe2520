"""When each command of a script is due: as fast as it goes, or in the record's own time, or at a multiple of it."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from simulation.recorded.recording import Integers

NS_PER_S = 1_000_000_000
COMMANDS_AT_ONCE_MAX = 1_000
SLEEP_S_MIN, SLEEP_S_MAX = 0.0001, 0.5


def slices(
    times_ns: Integers,
    *,
    speed: float | None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[slice]:
    """Commands that follow each other, handed out once all of them are due; ``speed`` None is as fast as it goes."""
    began_at, start = clock(), 0
    while start < len(times_ns):
        stop = min(len(times_ns), start + COMMANDS_AT_ONCE_MAX)
        if speed is not None:
            now_ns = int(times_ns[0]) + round((clock() - began_at) * speed * NS_PER_S)
            due = int(np.searchsorted(times_ns, now_ns, side="right"))
            if due <= start:
                wait_s = (int(times_ns[start]) - now_ns) / NS_PER_S / speed
                sleep(min(SLEEP_S_MAX, max(SLEEP_S_MIN, wait_s)))
                continue
            stop = min(stop, due)
        yield slice(start, stop)
        start = stop
