"""The processes of a running exchange: which there are, and one of them made slow."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

SLICE_S = 0.05


def of_exchange(var: Path) -> dict[int, str]:
    """Those that have this data folder: by their process ID the name that each was given."""
    found: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            entries = (process / "environ").read_text().split("\0")
        except OSError:
            continue  # it has ended, or is somebody else's
        environment = dict(entry.split("=", 1) for entry in entries if "=" in entry)
        if environment.get("MARKETOPS_VAR_DIR") == str(var) and "MARKETOPS_PROCESS" in environment:
            found[int(process.name)] = environment["MARKETOPS_PROCESS"]
    return found


@contextmanager
def slowed(process_ids: Sequence[int], *, to: float) -> Iterator[None]:
    """Let these processes run for such a part of the time while the block lasts, in slices."""
    ending = threading.Event()
    pausing = threading.Thread(target=_pause, args=[process_ids, ending, to])
    pausing.start()
    try:
        yield
    finally:
        ending.set()
        pausing.join()


def _pause(process_ids: Sequence[int], ending: threading.Event, part: float) -> None:
    while not ending.is_set():
        _signal(process_ids, signal.SIGSTOP)
        ending.wait(SLICE_S * (1 - part))
        _signal(process_ids, signal.SIGCONT)
        ending.wait(SLICE_S * part)


def _signal(process_ids: Sequence[int], number: signal.Signals) -> None:
    for process_id in process_ids:
        with suppress(ProcessLookupError):
            os.kill(process_id, number)
