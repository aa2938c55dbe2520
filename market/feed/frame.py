"""A committed batch's public events on their way to the readers: what a hint says and what it carries."""

from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

import matching
from vocabulary import limits

FRAME_TYPE = "feed.frame"


class PublicEvent(NamedTuple):
    """What the world may know of one event of a book: everything but whose order it is."""

    event_seq: int
    kind: int
    order_id: int
    side: int
    price_ticks: int
    leaves_qty_lots: int
    last_px_ticks: int
    last_qty_lots: int
    trade_seq: int
    liquidity: int
    phase: int
    hidden_qty_lots: int
    command_seq: int
    transact_time_ns: int


COLUMNS = PublicEvent._fields
COLUMN_DTYPE = np.dtype("<i8")


class UnreadableHint(ValueError):
    """A message on a book's group that no publisher of this version sent."""


class FeedFrame(NamedTuple):
    """One committed batch: the range of ``event_seq`` that it covers and, unless there are too many, its events.

    ``events`` has one row an event and one column for each field of PublicEvent; None makes the frame a mere hint.
    A frame always ends where a command ends.
    """

    symbol: str
    instrument_id: int
    epoch: str
    first_sequence: int
    last_sequence: int
    events: NDArray[np.int64] | None

    def public_events(self, *, after: int) -> list[PublicEvent]:
        """The events that come after ``after``, in their order."""
        if self.events is None:
            return []
        return [PublicEvent(*row) for row in self.events.tolist() if row[0] > after]


def group_of(symbol: str) -> str:
    """The name of the channel layer's group that a book's hints go to."""
    return f"feed.{symbol}"


def frame_of(
    *, symbol: str, instrument_id: int, epoch: UUID, commands: matching.Records, events: matching.Records
) -> FeedFrame:
    """The frame of a batch, out of the core's own records. There is at least one event."""
    rows: NDArray[np.int64] | None = None
    if len(events) <= limits.FEED_HINT_EVENTS_MAX:
        rows = np.empty((len(events), len(COLUMNS)), dtype=COLUMN_DTYPE)
        for place, name in enumerate(COLUMNS[:-1]):
            rows[:, place] = events[name]
        rows[:, -1] = commands["transact_time_ns"][events["command_seq"] - events["command_seq"][0]]
    return FeedFrame(symbol, instrument_id, str(epoch), int(events["event_seq"][0]), int(events["event_seq"][-1]), rows)


def to_message(frame: FeedFrame) -> dict[str, Any]:
    """The frame as a message of the channel layer; its events as the bytes of little-endian 64-bit integers."""
    return {
        "type": FRAME_TYPE,
        **frame._asdict(),
        "events": None if frame.events is None else frame.events.astype(COLUMN_DTYPE, copy=False).tobytes(),
    }


def from_message(message: dict[str, Any]) -> FeedFrame:
    """The frame in a message of the channel layer. Raises UnreadableHint."""
    try:
        events = message["events"]
        if events is not None:
            events = np.frombuffer(events, dtype=COLUMN_DTYPE).reshape(-1, len(COLUMNS))
        fields = {name: message[name] for name in FeedFrame._fields if name != "events"}
        return FeedFrame(**fields, events=events)
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableHint(str(error)) from error
