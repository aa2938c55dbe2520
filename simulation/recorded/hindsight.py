"""What later messages tell about earlier moments: orders that must have stood in the book though nobody saw them come.

A record shows the best levels only. An order that came while its price lay deeper is first heard of when it is
reduced, deleted or executed; by then it stood in its queue. Order ids rise with time, so an id tells between which
two recorded orders it came, and a price that was hidden in between is where nobody saw it.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from simulation.recorded.recording import ABOUT_AN_EARLIER_ORDER, Integers, MessageKind, Recording
from vocabulary.orders import Side


class ImpliedOrder(NamedTuple):
    """An order whose arrival the record leaves out: all that is later taken from it, and after which row it came."""

    recorded_id: int
    side: Side
    price_ticks: int
    qty: int
    after_row: int


def quantities_to_come(recording: Recording) -> dict[int, int]:
    """All that is ever taken from each recorded order; one of which nothing is taken is left out.

    The first row is left out: what it took is gone from the first book already.
    """
    totals: dict[int, int] = defaultdict(int)
    rows = _mention_rows(recording)
    for order_id, size in zip(*(recording.messages[name][rows].tolist() for name in ("order_id", "size")), strict=True):
        totals[order_id] += size
    return dict(totals)


def implied_orders(recording: Recording) -> list[ImpliedOrder]:
    """The orders that must have come unseen, in the order in which they came."""
    messages = recording.messages
    entry_rows = np.flatnonzero(messages["kind"] == MessageKind.NEW)
    seen = set(messages["order_id"][entry_rows].tolist())
    newest_ids = np.maximum.accumulate(messages["order_id"][entry_rows])
    mentions: dict[int, list[int]] = defaultdict(list)
    rows = _mention_rows(recording)
    for row, order_id in zip(rows.tolist(), messages["order_id"][rows].tolist(), strict=True):
        if order_id not in seen:
            mentions[order_id].append(row)
    implied = []
    for order_id, mentioned in mentions.items():
        first = mentioned[0]
        side, price_ticks = Side(int(messages["side"][first])), int(messages["price_ticks"][first])
        later = int(np.searchsorted(newest_ids, order_id))
        came_after = int(entry_rows[later - 1]) if later else 0
        came_before = int(entry_rows[later]) if later < len(entry_rows) else len(messages)
        qty = int(messages["size"][mentioned].sum())
        after_row = _unseen_moment(
            _Sight(recording, side, price_ticks, qty),
            earliest=came_after,
            latest=max(0, min(came_before, first) - 1),
            first_mention=first,
        )
        implied.append(ImpliedOrder(order_id, side, price_ticks, qty, after_row))
    return sorted(implied, key=lambda order: (order.after_row, order.recorded_id))


def _mention_rows(recording: Recording) -> Integers:
    rows: Integers = np.flatnonzero(np.isin(recording.messages["kind"], ABOUT_AN_EARLIER_ORDER))
    return rows[rows > 0]


class _Sight(NamedTuple):
    """What the record shows of a quantity at a price."""

    recording: Recording
    side: Side
    price_ticks: int
    qty: int

    def hidden(self, start: int, stop: int) -> Integers:
        """The rows after which the price lay deeper than the record shows."""
        found = self.recording.is_hidden(slice(start, stop), side=self.side, price_ticks=self.price_ticks)
        return start + np.flatnonzero(found)

    def lacking(self, start: int, stop: int) -> Integers:
        """The rows after which the price was in sight and this quantity not there."""
        rows = slice(start, stop)
        levels = (self.recording.bids if self.side is Side.BUY else self.recording.offers)[rows]
        there = np.where(levels["price_ticks"] == self.price_ticks, levels["qty"], 0).sum(axis=1)
        is_hidden = self.recording.is_hidden(rows, side=self.side, price_ticks=self.price_ticks)
        return start + np.flatnonzero(~is_hidden & (there < self.qty))


def _unseen_moment(sight: _Sight, *, earliest: int, latest: int, first_mention: int) -> int:
    """The row after which the order came: the latest that its id allows, else the first at which nobody could see it.

    It cannot have come before a row that shows less than its quantity at its price.
    """
    absences = sight.lacking(min(earliest, latest), first_mention)
    proven = int(absences[-1]) if absences.size else 0
    if (hidden := sight.hidden(max(proven, min(earliest, latest)), latest + 1)).size:
        return int(hidden[-1])
    if earliest == 0 and not absences.size and sight.price_ticks in dict(sight.recording.levels(0, side=sight.side)):
        return 0
    if (hidden := sight.hidden(max(proven, latest + 1), first_mention)).size:
        return int(hidden[0])
    return first_mention - 1
