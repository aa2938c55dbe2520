"""How long the core takes to be ready: compiled anew, and from the compiler's cache; each in a fresh process."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping

COMPILE = "import matching; matching.warm()"
FIRST_COMMAND = """
import numpy, matching
book = matching.Book.create(base_ticks=1, levels=1_000)
matching.apply(book, numpy.zeros(1, dtype=matching.COMMAND))
"""

COLD_WALL_S_MAX = 30.0
WARM_WALL_S_MAX = 1.5


def measure(environment: Mapping[str, str], *, times: int) -> dict[str, object]:
    """Seconds to compile into the environment's empty cache folder, then those of the first command from there."""
    cold_wall_s, cold_cpu_s = _seconds(COMPILE, environment)
    warm = [_seconds(FIRST_COMMAND, environment) for _ in range(times)]
    wall_s, cpu_s = (sorted(values) for values in zip(*warm, strict=True))
    return {
        "cold_wall_s": cold_wall_s,
        "cold_cpu_s": cold_cpu_s,
        "cold_wall_s_max": COLD_WALL_S_MAX,
        "cold_reached": cold_wall_s <= COLD_WALL_S_MAX,
        "warm_wall_s": statistics.median(wall_s),
        "warm_wall_s_from_to": (wall_s[0], wall_s[-1]),
        "warm_cpu_s": statistics.median(cpu_s),
        "warm_wall_s_max": WARM_WALL_S_MAX,
        "warm_reached": statistics.median(wall_s) <= WARM_WALL_S_MAX,
    }


def _seconds(program: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of a whole process, the interpreter's own start included."""
    used_before, began = _cpu_of_children(), time.perf_counter()
    subprocess.run([sys.executable, "-c", program], env=dict(environment), check=True)
    return time.perf_counter() - began, _cpu_of_children() - used_before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
