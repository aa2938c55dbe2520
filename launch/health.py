"""`python -m launch.health`: whether the process that this environment starts does its work, for health checks.

The exit status is 0 or 1; what is wrong is printed. A container has no launcher beside it to watch the signs of life.
"""

import os
import sys
import time
from pathlib import Path

from launch import options as asked_for
from launch import parts
from launch.supervisor import PULSE_GAP_MAX_S


def main() -> int:
    """Look at the signs that the launcher would look at; the result is the exit status."""
    process = os.environ.get("MARKETOPS_PROCESS", "web")
    complaint = _of_the_web() if process == "web" else _of_a_worker()
    complaint = complaint or _of_the_pulse()
    if complaint:
        print(f"{process}: {complaint}")
    return int(bool(complaint))


def _of_the_web() -> str:
    hosts = os.environ.get("MARKETOPS_ALLOWED_HOSTS") or "localhost"
    options = asked_for.parse([], program="launch.health")
    answers = parts.answers_readyz(options, shared={"MARKETOPS_ALLOWED_HOSTS": hosts})
    return "" if answers(os.getpid()) else "/readyz does not answer that it is ready"


def _of_a_worker() -> str:
    ready = os.environ.get("MARKETOPS_READY_FILE")
    return "" if ready and Path(ready).exists() else "it has not said that it is ready"


def _of_the_pulse() -> str:
    pulse = Path(os.environ.get("MARKETOPS_PULSE_FILE") or os.devnull)
    if not pulse.is_file() or time.time() - pulse.stat().st_mtime <= PULSE_GAP_MAX_S:
        return ""
    return f"no sign of life for {PULSE_GAP_MAX_S:g} s"


if __name__ == "__main__":
    sys.exit(main())
