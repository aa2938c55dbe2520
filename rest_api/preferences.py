"""``Prefer: wait=N`` (RFC 7240): a client that would rather wait for the matcher than ask again."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rest_framework.request import Request

from access.records import Actor
from market.records import OrderRecord
from vocabulary import limits

_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?([0-9]{1,6}(?:\.[0-9]{1,6})?)\"?\s*(?=$|[,;])", re.IGNORECASE)
_WAITING_MAX = max(1, int(os.environ.get("ASGI_THREADS", "8")) // 2)

# Half of the worker threads may sleep on behalf of those who wait; the others stay free to take orders.
_waiting_places = threading.BoundedSemaphore(_WAITING_MAX)


class Wait(Protocol):
    """A selector that waits for something to happen to an order."""

    def __call__(self, order_id: int, *, actor: Actor, timeout_s: float) -> OrderRecord:
        """The order once it has happened, or as it stands when the time is over."""
        ...


def wait_asked_s(request: Request) -> float:
    """How many seconds the client is ready to wait, capped; 0 when it did not say so or not in the standard's form."""
    asked = _WAIT.search(request.META.get("HTTP_PREFER", ""))
    return min(float(asked[1]), limits.PREFER_WAIT_S_MAX) if asked else 0.0


@contextmanager
def waiting_s(request: Request) -> Iterator[float]:
    """A place among those who may wait, with the seconds that the client prefers; 0 seconds when all are taken."""
    timeout_s = wait_asked_s(request)
    if timeout_s == 0 or not _waiting_places.acquire(blocking=False):
        yield 0
        return
    try:
        yield timeout_s
    finally:
        _waiting_places.release()


def wait_if_preferred(
    request: Request, order: OrderRecord, *, wait_until: Wait, actor: Actor
) -> tuple[OrderRecord, dict[str, str]]:
    """The order after the wait that the client prefers, and the header that says the preference was applied.

    The order as it is, and no header, when no wait is asked for or too many are waiting already.
    """
    timeout_s = wait_asked_s(request)
    if timeout_s == 0 or not _waiting_places.acquire(blocking=False):
        return order, {}
    try:
        order = wait_until(order.order_id, actor=actor, timeout_s=timeout_s)
    finally:
        _waiting_places.release()
    return order, {"Preference-Applied": f"wait={timeout_s:g}"}
