"""A warm parent: a process that has loaded and compiled everything, and forks a child for each deed asked of it.

A child costs some milliseconds instead of seconds, and a fault ends the child alone. The parent never opens a
connection and starts no thread, so that no two children share either.

It is asked by lines of JSON, and answers in the same way, one line each.
"""

import ctypes
import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Load everything, say so, and do what is asked until nobody asks any more."""
    import django

    django.setup()
    import matching
    from marketops_site.celery import app
    from tests.faults import deeds

    app.set_current()
    matching.warm()
    gc.collect()
    gc.freeze()
    _say({"ready": os.getpid()})
    for line in sys.stdin:
        asked = json.loads(line)
        _say(_start(asked, deeds=deeds) if asked["do"] == "start" else _look(asked["pid"]))


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _start(asked: dict[str, Any], *, deeds: Any) -> dict[str, Any]:
    pid = os.fork()
    if pid:
        return {"pid": pid}
    status = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        outcome = deeds.do(asked["deed"], **asked["arguments"])
        _keep(Path(asked["outcome"]), {"outcome": outcome})
        status = 0
    except BaseException as error:
        traceback.print_exc()
        _keep(Path(asked["outcome"]), {"error": f"{type(error).__name__}: {error}"})
    finally:
        sys.stderr.flush()
        os._exit(status)


def _keep(path: Path, outcome: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(outcome))
    unfinished.rename(path)


def _look(pid: int) -> dict[str, Any]:
    """How a child is: running, stopped, or ended with a status (a signal as a negative number)."""
    found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
    if found == 0:
        return {"state": "running"}
    if os.WIFSTOPPED(status):
        return {"state": "stopped"}
    return {"state": "ended", "status": os.waitstatus_to_exitcode(status)}


if __name__ == "__main__":
    main()
