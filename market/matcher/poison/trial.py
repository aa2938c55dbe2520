"""Trying commands in a child, to learn which of them no process survives."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, NamedTuple

import structlog

import matching
from market.matcher.poison import child
from vocabulary import limits

logger = structlog.get_logger(__name__)

CHILD_PROGRAM = (sys.executable, "-m", child.__name__)
POLL_S = 0.01


class Verdict(NamedTuple):
    """How many of the commands a child survived, and what it died of; ``cause`` is empty when it survived them all."""

    survived: int
    cause: str


@dataclass(frozen=True)
class Trial:
    """Where commands are tried: the program, and what is done every moment while it works."""

    program: tuple[str, ...] = CHILD_PROGRAM
    meanwhile: Callable[[], None] = lambda: None

    def of(self, book: matching.Book, commands: matching.Records) -> Verdict:
        """Try commands on a copy of a book, one by one.

        A command is at fault only when a child dies of it, or outlasts its time or its memory, among others and once
        more by itself. A child that fails before its first command says nothing about any.
        """
        first = self._run(book, commands)
        if not first.cause:
            return first
        again = matching.restore(matching.snapshot(book))
        matching.apply(again, commands[: first.survived])
        alone = self._run(again, commands[first.survived : first.survived + 1])
        return first if alone.cause else Verdict(len(commands), "")

    def _run(self, book: matching.Book, commands: matching.Records) -> Verdict:
        state = matching.snapshot(book)
        limits_asked = (str(limits.TRIAL_CPU_S), str(limits.TRIAL_MEMORY_BYTES))
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaint:
            asked.write(len(state).to_bytes(child.LENGTH_BYTES, "little") + state + commands.tobytes())
            asked.seek(0)
            process = subprocess.Popen([*self.program, *limits_asked], stdin=asked, stdout=said, stderr=complaint)
            try:
                ended = self._wait(process)
            finally:
                process.kill()
                process.wait()
            words = _read(said).split()
            if child.READY not in words:
                logger.error("trial_failed", ended=ended, complaint=_read(complaint)[-1000:])
                return Verdict(len(commands), "")
            if words[-1] == child.DONE:
                return Verdict(len(commands), "")
            survived = 0 if words[-1] == child.READY else int(words[-1])
            return Verdict(survived, f"A process that tried it {ended}{_last_line(complaint)}.")

    def _wait(self, process: "subprocess.Popen[bytes]") -> str:
        deadline = time.monotonic() + limits.TRIAL_WALL_S
        while process.poll() is None:
            if time.monotonic() > deadline:
                return f"took longer than {limits.TRIAL_WALL_S} s"
            self.meanwhile()
            time.sleep(POLL_S)
        status = process.returncode
        return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _last_line(complaint: IO[bytes]) -> str:
    lines = _read(complaint).strip().splitlines()
    return f": {lines[-1]}"[:120] if lines else ""
