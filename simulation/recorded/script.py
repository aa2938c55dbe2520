"""A script: the one list of commands that a recorded market comes to, with what it promises and how it came about."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum

import numpy as np

import matching
from matching import Records
from simulation.recorded.recording import Recording


class Seat(IntEnum):
    """On whose behalf a command is sent: the account ids of a script."""

    RECORDED = 1
    AGGRESSOR = 2
    SEED = 3


class Outcome(IntEnum):
    """What became of a message."""

    APPLIED = 1
    IN_FIRST_BOOK = 2
    NOT_IN_BOOK = 3
    UNKNOWN_ORDER = 4


EXECUTION = np.dtype(
    [
        ("row", "<i8"),
        ("order_id", "<i8"),
        ("price_ticks", "<i8"),
        ("qty", "<i8"),
        ("maker_order_id", "<i8"),
        ("is_known", "<i8"),
    ]
)
"""An execution to come: the aggressive order that brings it about, and the resting order that the record names.

``is_known`` when the record has shown that order's arrival; else it was inferred.
"""


@dataclass(slots=True)
class Tally:
    """What a conversion has counted. Quantities are in lots, rows are those with an open market."""

    outcomes: Counter[tuple[int, Outcome]] = field(default_factory=Counter)
    levels_corrected: Counter[int] = field(default_factory=Counter)
    implied_orders: int = 0
    seeded_orders: int = 0
    seeded_qty: int = 0
    trimmed_orders: int = 0
    trimmed_qty: int = 0
    requeued_orders: int = 0
    contradictions: int = 0
    out_of_turn: int = 0
    rows_compared: int = 0
    rows_equal: int = 0
    crossed_rows: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """COMMAND records in which an order's id is its place in the list, counted from 1, and an account is a Seat.

    ``events`` are what the commands gave when they were written. ``executions`` are EXECUTION records.
    """

    recording: Recording
    base_ticks: int
    levels: int
    commands: Records
    events: Records
    executions: Records
    tally: Tally

    @property
    def tick_size(self) -> Decimal:
        """The price of one tick."""
        return self.recording.tick_size

    def new_book(self) -> matching.Book:
        """An empty book that covers every price of the script."""
        return matching.Book.create(
            base_ticks=self.base_ticks, levels=self.levels, orders_expected=min(len(self.commands), 100_000)
        )
