"""What a script brought about, in a form that does not depend on how an exchange numbers its orders.

Orders go by their place in the script and numbers of events and trades count from the script's own start, so that the
same script gives the same bytes headless and through the order path. What only changes a phase is left out; the
numbers of the events around it tell of it.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

import matching
from matching import EventKind

HAPPENING = np.dtype(
    [
        (name, "<i8")
        for name in (
            "event_seq",
            "kind",
            "reason",
            "order_id",
            "liquidity",
            "cum_qty_lots",
            "leaves_qty_lots",
            "last_px_ticks",
            "last_qty_lots",
            "trade_seq",
        )
    ]
)
NAMES: tuple[str, ...] = HAPPENING.names or ()
DIGEST_BYTES = 16


def of_events(events: matching.Records) -> NDArray[np.void]:
    """The happenings in the events of a book that took nothing but a script's own commands."""
    about_orders = events[events["kind"] != EventKind.PHASE_CHANGED]
    happenings = np.zeros(len(about_orders), dtype=HAPPENING)
    for name in NAMES:
        happenings[name] = about_orders[name]
    return happenings


def digest(happenings: NDArray[np.void]) -> str:
    """A fingerprint that two runs share exactly when the same things happened in the same order."""
    return hashlib.blake2b(happenings.tobytes(), digest_size=DIGEST_BYTES).hexdigest()
