"""Ending a process whose batch is stuck, even in compiled code that lets no other thread run."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
"""Its number: Celery puts a log in the place of the interpreter's own, and the timer needs a real file."""


class StuckTimer:
    """Ends the process when a batch goes on for longer than anything that could still be committed.

    The timer is the interpreter's own, in a thread that needs no lock of it (faulthandler). It says where the process
    was and ends it; the supervisor starts it again. It reads threads that go on meanwhile, which once in a long while
    ends the process by SIGSEGV before the timer does, to the same effect. Without ``seconds`` nothing is timed: a
    process that is not a worker has other work to lose.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time what is done inside."""
        self._start(self._seconds)
        try:
            yield
        finally:
            if self._seconds is not None:
                faulthandler.cancel_dump_traceback_later()

    def allow(self, seconds: float) -> None:
        """Begin anew, with so much more time."""
        self._start(None if self._seconds is None else self._seconds + seconds)

    @staticmethod
    def _start(seconds: float | None) -> None:
        if seconds is not None:
            faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
