"""The core as a contender, fed in batches of one size. Its events, the journal, are always written."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import sample
from benchmarks.matching.flow import BASE_TICKS, LEVELS
from matching import EVENT, Book, EventKind, Records, apply, digest
from vocabulary.orders import LiquiditySide

BATCH_SIZES = (1_000, 100, 10, 1)
SPARE_EVENTS = 50_000
"""Room beyond a batch's own events: before an order that may set off others the core wants room for what follows."""


class CoreContender:
    """A book of the core; its events go into one buffer that is used again for each batch.

    The buffer has been written before, as it has in a process that runs for long, and the batches are cut beforehand.
    """

    def __init__(self, *, batch_size: int | None) -> None:
        self._batch_size = batch_size

    def prepare(self, commands: Records, *, head: int) -> None:
        """A book that has had the head of the stream, and the rest in batches."""
        rest = commands[head:]
        size = self._batch_size or len(rest)
        self._batches = [rest[start : start + size] for start in range(0, len(rest), size)]
        rehearsal = _book_after(commands[:head])
        rows = max(len(apply(rehearsal, batch)) for batch in self._batches)
        self._buffer = np.zeros(rows + SPARE_EVENTS, dtype=EVENT)
        self._buffer.view(np.uint8).fill(0)
        self._book = _book_after(commands[:head])

    def run(self) -> None:
        """Apply the batches."""
        book, buffer = self._book, self._buffer
        for batch in self._batches:
            self._events = apply(book, batch, buffer=buffer)

    def fills(self) -> NDArray[np.int64] | None:
        """The fills of one batch that was the whole stream; smaller batches have overwritten theirs."""
        if self._batch_size is not None:
            return None
        events = self._events
        makers = events[(events["kind"] == EventKind.TRADE) & (events["liquidity"] == LiquiditySide.MAKER)]
        fields = ("order_id", "contra_order_id", "last_px_ticks", "last_qty_lots")
        return np.stack([makers[name] for name in fields], axis=1)

    def state(self) -> str:
        """The digest of the book, which covers the orders at rest and the numbers of commands, events and trades."""
        return digest(self._book).hex()


def _book_after(commands: Records) -> Book:
    book = Book.create(base_ticks=BASE_TICKS, levels=LEVELS)
    apply(book, commands)
    return book


def _fed_by(batch_size: int | None) -> Callable[[], CoreContender]:
    return lambda: CoreContender(batch_size=batch_size)


if __name__ == "__main__":
    sample.main({"whole": _fed_by(None), **{str(size): _fed_by(size) for size in BATCH_SIZES}})
