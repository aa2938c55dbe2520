"""A part of the running system and the process that it runs in."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHILD_PROGRAM = Path(__file__).with_name("child.py")
POLL_S = 0.02

Readiness = Callable[[int], bool]


@dataclass(frozen=True)
class Part:
    """One program to keep running: how to start it, how to know that it is ready, how to end it."""

    name: str
    command: tuple[str, ...]
    log: Path
    ready: Readiness
    env: Mapping[str, str]
    cwd: Path = Path("/")
    identity: str = "-"
    prefix: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    grace_s: float = 8.0
    ready_within_s: float = 90.0
    pulse: Path | None = None
    """A file that the process touches every second or so while it works; from the first touch on it is watched."""
    forget: tuple[Path, ...] = field(default=())
    """Files that speak for the process and must not outlive it."""


class Running:
    """The process of a part: a session of its own, ended together with everything that it started."""

    def __init__(self, part: Part) -> None:
        for path in part.forget:
            path.unlink(missing_ok=True)
        self.part = part
        self.started_at = time.monotonic()
        self.returncode: int | None = None
        with part.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*part.prefix, *tied_to_this_process(part.command, death=part.death_signal, identity=part.identity)],
                cwd=part.cwd,
                env=dict(part.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def is_ready(self) -> bool:
        """Whether the part itself says that it can do its work."""
        return self.part.ready(self.pid)

    def has_ended(self) -> bool:
        """Whether the process is gone; if so, what it left behind in its process group is killed too."""
        if self.returncode is None:
            ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return False
            # Not yet reaped, so the number of the group cannot have gone to somebody else.
            self._signal_group(signal.SIGKILL)
            self.returncode = self._process.wait()
        return True

    def ask_to_stop(self) -> None:
        """Send the part's stop signal; returns at once."""
        if not self.has_ended():
            self._process.send_signal(self.part.stop_signal)

    def kill(self) -> None:
        """End the process and everything in its group now."""
        if not self.has_ended():
            self._signal_group(signal.SIGKILL)
            self._process.wait()
            self.returncode = self._process.returncode

    def how_it_ended(self) -> str:
        """The end in words: a signal's name or an exit status."""
        if self.returncode is not None and self.returncode < 0:
            return f"ended by {signal.Signals(-self.returncode).name}"
        return f"exit status {self.returncode}"

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def tied_to_this_process(command: tuple[str, ...], *, death: signal.Signals, identity: str = "-") -> list[str]:
    """The command line that runs a command which gets the signal `death` when the calling process dies."""
    return [sys.executable, "-I", "-S", str(CHILD_PROGRAM), str(os.getpid()), str(int(death)), identity, *command]


def stop_together(
    running: list[Running], *, pause: Callable[[float], object], hurry: Callable[[], bool] = lambda: False
) -> None:
    """Stop several processes at once; each is killed when its grace is over, or at once when `hurry()` says so."""
    for process in running:
        process.ask_to_stop()
    asked_at = time.monotonic()
    while waiting := [process for process in running if not process.has_ended()]:
        for process in waiting:
            if hurry() or time.monotonic() - asked_at > process.part.grace_s:
                process.kill()
        pause(POLL_S)


def last_lines(log: Path, *, count: int = 15) -> str:
    """The end of a log, for a message about a part that did not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
