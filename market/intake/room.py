"""How much room a book's inbox has. Beyond its depth nothing new is taken on: what was accepted is matched first."""

import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from django.conf import settings

from market import arrays
from market.intake.transaction import fetch
from vocabulary import limits

# At most as many as make an inbox full are counted, so that a look at a flooded one costs no more than at a full one.
WAITING = """
SELECT k.id, (SELECT count(*) FROM (SELECT FROM market_inboxcommand c WHERE c.instrument_id = k.id LIMIT %s) waiting)
  FROM unnest(%s::bigint[]) AS k (id)
"""


class _Seen(NamedTuple):
    waiting: int
    at_s: float


class InboxRoom:
    """What one process knows of the inboxes: as they were at its last look, and what it has put in since."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._seen: dict[int, _Seen] = {}
        self._lock = threading.Lock()

    def left(self, instrument_ids: Collection[int]) -> dict[int, int]:
        """How many more commands the inboxes of these books take, as of INBOX_LOOK_MS ago at most."""
        self._look(instrument_ids)
        with self._lock:
            return {key: settings.INBOX_DEPTH_MAX - self._seen[key].waiting for key in instrument_ids}

    def take(self, instrument_id: int, *, commands: int) -> None:
        """Count commands that this process puts in."""
        with self._lock:
            seen = self._seen.get(instrument_id)
            if seen is not None:
                self._seen[instrument_id] = seen._replace(waiting=seen.waiting + commands)

    def _look(self, instrument_ids: Collection[int]) -> None:
        now_s = self._now_s()
        with self._lock:
            asked = [key for key in instrument_ids if not self._is_fresh(key, now_s=now_s)]
        if not asked:
            return
        waiting = fetch(WAITING, [settings.INBOX_DEPTH_MAX, arrays.of_numbers(sorted(asked))])
        with self._lock:
            self._seen.update({key: _Seen(count, now_s) for key, count in waiting})

    def _is_fresh(self, instrument_id: int, *, now_s: float) -> bool:
        seen = self._seen.get(instrument_id)
        return seen is not None and now_s - seen.at_s < limits.INBOX_LOOK_MS / 1000


_room = InboxRoom()


def room_left(instrument_ids: Collection[int]) -> dict[int, int]:
    """How many more commands the inboxes of these books take; none or less when they are full."""
    return _room.left(instrument_ids)


def take_room(instrument_id: int, *, commands: int = 1) -> None:
    """Count commands that are being put into the inbox of a book, so that the next look need not come at once."""
    _room.take(instrument_id, commands=commands)
