"""The records that cross the core's border, byte by byte: commands in, events out, orders at rest.

Every record is little-endian and without padding, so that its bytes are its canonical form. Prices and quantities are
64-bit although their limits fit in 31: a product of two columns must not wrap.
"""

import numpy as np
from numpy.typing import NDArray

from vocabulary.commands import EventKind
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

Records = NDArray[np.void]

LAYOUT_VERSION = 1
"""Changes when a record or the snapshot changes its bytes."""

ENGINE_VERSION = 1
"""Changes when the same commands give other events."""

NO_PRICE = -1
"""The price of an order that names none."""

COMMAND = np.dtype(
    [
        ("kind", "<i2"),
        ("side", "<i2"),
        ("ord_type", "<i2"),
        ("time_in_force", "<i2"),
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("price_ticks", "<i8"),
        ("order_qty_lots", "<i8"),
        ("transact_time_ns", "<i8"),
    ],
    align=True,
)
"""What a book is told. A cancel or a replace names the resting order by ``order_id``, its owner by ``account_id``."""

EVENT = np.dtype(
    [
        ("kind", "<i2"),
        ("reason", "<i2"),
        ("side", "<i2"),
        ("liquidity", "i1"),
        ("phase", "i1"),
        ("command_seq", "<i8"),
        ("event_seq", "<i8"),
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("price_ticks", "<i8"),
        ("order_qty_lots", "<i8"),
        ("cum_qty_lots", "<i8"),
        ("leaves_qty_lots", "<i8"),
        ("last_px_ticks", "<i8"),
        ("last_qty_lots", "<i8"),
        ("contra_order_id", "<i8"),
        ("trade_seq", "<i8"),
    ],
    align=True,
)
"""What a book answers. ``phase`` is the book's phase once the event has happened."""

RESTING_ORDER = np.dtype(
    [
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("price_ticks", "<i8"),
        ("order_qty_lots", "<i8"),
        ("leaves_qty_lots", "<i8"),
        ("side", "<i4"),
        ("time_in_force", "<i4"),
    ],
    align=True,
)
"""An order at rest, as inspection and snapshots show it."""


def phase_event(*, command_seq: int, event_seq: int, phase: TradingPhase) -> Records:
    """The one event that a halt or a resume gives, in the very bytes that the core writes.

    It follows from its three arguments alone, so that a halt can be journaled without loading the book.
    """
    events = np.zeros(1, dtype=EVENT)
    events["kind"] = EventKind.PHASE_CHANGED
    events["reason"] = RejectReason.NONE
    events["phase"] = phase
    events["command_seq"] = command_seq
    events["event_seq"] = event_seq
    events["price_ticks"] = NO_PRICE
    return events


def canonical(records: Records, *, dtype: np.dtype[np.void]) -> Records:
    """The same records as a contiguous, writable array of exactly this dtype; copied only when they are not one yet.

    Raises TypeError when their fields are not the dtype's or hold values that it cannot. The kernel is compiled for
    this one form: any other would be compiled anew in the middle of trading.
    """
    if records.dtype is dtype and records.flags.carray:
        return records
    if records.dtype.names != dtype.names:
        raise TypeError(f"expected records with the fields {dtype.names}, not {records.dtype}")
    flat = records.astype(dtype, order="C", casting="safe", copy=False).view(dtype)
    return flat if flat.flags.writeable else flat.copy()
