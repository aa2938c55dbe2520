"""The records that cross the core's border, byte by byte: commands in, events out, orders at rest.

Every record is little-endian and without padding, so that its bytes are its canonical form. Prices and quantities are
64-bit although their limits fit in 31: a product of two columns must not wrap.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocabulary.commands import EventKind
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

Records = NDArray[np.void]

LAYOUT_VERSION = 2
"""Changes when a record or the snapshot changes its bytes."""

ENGINE_VERSION = 4
"""Changes when the same commands give other events. Each version so far gives all that the one before it gave: 2 knows
more terms of an order, 3 knows REJECT_ORDER, REJECT_CANCEL, REJECT_REPLACE and CHANGE_ENGINE, 4 knows SET_LAST."""

NO_PRICE = -1
"""The price of an order that names none."""

PLAIN_COMMAND = np.dtype(
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
"""The part of a command that every order has."""

TERMS = np.dtype(
    [
        ("exec_inst", "<i2"),
        ("self_trade_prevention", "<i2"),
        ("peg_price_type", "<i2"),
        ("peg_offset_type", "<i2"),
        ("peg_offset", "<i8"),
        ("stop_px_ticks", "<i8"),
        ("display_qty_lots", "<i8"),
        ("min_qty_lots", "<i8"),
        ("expire_time_ns", "<i8"),
        ("linked_order_id", "<i8"),
        ("contingency_type", "<i2"),
        ("phase", "<i2"),
        ("allocation", "<i4"),
        ("static_band_bps", "<i4"),
        ("dynamic_band_bps", "<i4"),
    ],
    align=True,
)
"""The part of a command that few have. Zero is what a plain order says in each of these fields."""

COMMAND = np.dtype(
    [(name, part[name]) for part in (PLAIN_COMMAND, TERMS) for name in part.names or ()],
    align=True,
)
"""What a book is told. A cancel or a replace names the resting order by ``order_id``, its owner by ``account_id``."""

PLAIN_EVENT = np.dtype(
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
"""The part of an event that every event has."""

EVENT = np.dtype(
    [(name, PLAIN_EVENT[name]) for name in PLAIN_EVENT.names or ()] + [("hidden_qty_lots", "<i8")], align=True
)
"""What a book answers. ``phase`` is the book's phase once the event has happened.

``hidden_qty_lots`` is the part of ``leaves_qty_lots`` that no depth shows: an iceberg's reserve, and the whole of an
order that stands at no price, such as a stop that waits.
"""

RESTING_ORDER = np.dtype(
    [
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("price_ticks", "<i8"),
        ("order_qty_lots", "<i8"),
        ("leaves_qty_lots", "<i8"),
        ("side", "<i2"),
        ("ord_type", "<i2"),
        ("time_in_force", "<i2"),
        ("place", "<i2"),
        ("exec_inst", "<i2"),
        ("self_trade_prevention", "<i2"),
        ("peg_price_type", "<i2"),
        ("peg_offset_type", "<i2"),
        ("peg_offset", "<i8"),
        ("stop_px_ticks", "<i8"),
        ("limit_price_ticks", "<i8"),
        ("display_qty_lots", "<i8"),
        ("shown_qty_lots", "<i8"),
        ("min_qty_lots", "<i8"),
        ("expire_time_ns", "<i8"),
        ("entered_seq", "<i8"),
        ("contingency_type", "<i8"),
        ("linked_order_id", "<i8"),
        ("second_linked_order_id", "<i8"),
    ],
    align=True,
)
"""An open order, as inspection and snapshots show it."""


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


def rules_events(*, command_seq: int, event_seq: int, phase: int, prices_ticks: Sequence[int]) -> Records:
    """The events of REBASE, SET_REFERENCE or SET_LAST with these prices, one each, in a book without orders.

    In the very bytes that the core writes; the numbers are those of the first.
    """
    events = np.zeros(len(prices_ticks), dtype=EVENT)
    events["kind"] = EventKind.RULES_CHANGED
    events["reason"] = RejectReason.NONE
    events["phase"] = phase
    events["command_seq"] = np.arange(command_seq, command_seq + len(prices_ticks))
    events["event_seq"] = np.arange(event_seq, event_seq + len(prices_ticks))
    events["price_ticks"] = prices_ticks
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
