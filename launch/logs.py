"""Keeps the processes' log files from growing without end."""

import shutil
from pathlib import Path

LOG_BYTES_MAX = 20 * 1024 * 1024
KEPT_MAX = 3


def rotate_when_long(log: Path) -> None:
    """Move a long log's text to NAME.log.1 and older ones up, then empty it.

    The file itself stays, since processes hold it open for appending; lines written in the instant between the copy and
    the emptying are lost.
    """
    if not log.exists() or log.stat().st_size < LOG_BYTES_MAX:
        return
    for number in range(KEPT_MAX - 1, 0, -1):
        older = Path(f"{log}.{number}")
        if older.exists():
            older.rename(f"{log}.{number + 1}")
    shutil.copyfile(log, f"{log}.1")
    with log.open("r+b") as file:
        file.truncate(0)
