"""Where processes keep their counters, so that one of them can sum up all."""

import os
import socket
from pathlib import Path

from prometheus_client import values


def keep_in(folder: Path) -> None:
    """Let this process count into files of its own in the folder that all share; before anything is counted.

    Containers share the folder too, and the first process of each has the same number; the host's name is theirs alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    host = socket.gethostname().replace("_", "-")  # the files' names are taken apart at underscores
    values.ValueClass = values.MultiProcessValue(lambda: f"{host}-{os.getpid()}")  # type: ignore[no-untyped-call]
