"""A connection that waits only so long for an answer, and what a process knows of whether the database is there."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout

CHECK_S = 1.0
"""How long a connection that waits in the pool may take to show that it works."""
REST_S = 1.0
"""After a trial in vain nobody waits for the next one for so long: a request that asks more than once waits once."""


class Breaker:
    """Once the database is away, one caller at a time finds out whether it is back; the others are told at once.

    So a silent database costs the threads of a door one wait, not one for every request.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = False
        self._is_tried = False
        self._rests_until_s = 0.0

    def note_failure(self) -> None:
        """It could not be reached, or has not answered."""
        with self._lock:
            self._is_away = True
            self._rests_until_s = time.monotonic() + REST_S

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Reach for the database within; raises OperationalError at once while it is away and somebody else tries."""
        is_trial = self._begin()
        has_worked = False
        try:
            yield
            has_worked = True
        finally:
            self._end(is_trial=is_trial, has_worked=has_worked)

    def _begin(self) -> bool:
        with self._lock:
            if self._is_away and (self._is_tried or time.monotonic() < self._rests_until_s):
                raise psycopg.OperationalError("the database is away")
            self._is_tried = self._is_tried or self._is_away
            return self._is_away

    def _end(self, *, is_trial: bool, has_worked: bool) -> None:
        with self._lock:
            if has_worked:
                self._is_away = False
            if is_trial:
                self._is_tried = False
                self._rests_until_s = time.monotonic() + REST_S


breaker = Breaker()


class PatientConnection(psycopg.Connection[Any]):
    """Closes itself, and raises OperationalError, when the server does not answer within ``patience_s``.

    The server's own time-outs end a statement that takes too long. They do not help when the server itself stands
    still, or has gone without a word: its machine still takes what is sent, and no answer ever comes.
    """

    patience_s: float | None = CHECK_S

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Any:
        """Connect as psycopg does, and note when that fails."""
        try:
            return super().connect(*args, **kwargs)
        except psycopg.OperationalError:
            breaker.note_failure()
            raise

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Do what psycopg does, within the patience unless the caller names another time."""
        try:
            return super().wait(gen, interval=interval, timeout=timeout or self.patience_s)
        except _WaitTimeout as error:
            if timeout is not None:
                raise
            breaker.note_failure()
            # In the middle of a statement nobody knows what the next answer belongs to.
            self.close()
            raise psycopg.OperationalError(f"the database has not answered for {self.patience_s:g} s") from error
