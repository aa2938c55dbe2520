"""A book: the arrays that the kernel works on, what can be asked of them, and the one way to change them."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching import kernel
from matching.layout import COMMAND, EVENT, NO_PRICE, RESTING_ORDER, Records, canonical
from vocabulary import limits
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

ORDERS_EXPECTED = 1_000


class TornBook(RuntimeError):
    """The kernel failed in the middle of a command: the book is worthless and must be restored from its journal."""


class DepthLevel(NamedTuple):
    """A price level of one side: its price, the open quantity there and the number of orders."""

    price_ticks: int
    qty_lots: int
    order_count: int


class Book:
    """The orders at rest in one instrument, by price and then by time.

    ``Book.create`` or ``restore`` make one, ``apply`` is all that changes it. A book belongs to one thread at a time.
    """

    __slots__ = ("_counters", "_index", "_levels", "_occupied", "_occupied_words", "_orders", "_torn")

    _counters: Records
    _orders: Records
    _levels: Records
    _occupied: NDArray[np.uint64]
    _occupied_words: NDArray[np.uint64]
    _index: Records
    _torn: bool

    @classmethod
    def create(
        cls,
        *,
        base_ticks: int,
        levels: int,
        phase: TradingPhase = TradingPhase.CONTINUOUS,
        orders_expected: int = ORDERS_EXPECTED,
    ) -> Self:
        """An empty book for the prices from ``base_ticks`` on, ``levels`` of them.

        ``orders_expected`` only spares growth; it never shows in what the book answers. Raises ValueError when the
        range leaves 1 to PRICE_TICKS_MAX or has more than LADDER_LEVELS_MAX levels.
        """
        if not 1 <= levels <= limits.LADDER_LEVELS_MAX:
            raise ValueError(f"a book covers 1 to {limits.LADDER_LEVELS_MAX} levels, not {levels}")
        if not 1 <= base_ticks <= limits.PRICE_TICKS_MAX - levels + 1:
            raise ValueError(f"{levels} levels from {base_ticks} leave the prices 1 to {limits.PRICE_TICKS_MAX}")
        book = cls.__new__(cls)
        words = levels // 64 + 1
        book._counters = np.zeros(1, dtype=kernel.COUNTERS)
        book._counters["base_ticks"] = base_ticks
        book._counters["levels"] = levels
        book._counters["phase"] = TradingPhase(phase)
        book._orders = np.zeros(1 + max(1, orders_expected), dtype=kernel.ORDER)
        book._index = np.zeros(_index_size(orders_expected), dtype=kernel.INDEX_ENTRY)
        book._levels = np.zeros((2, 1 + levels), dtype=kernel.LEVEL)
        book._occupied = np.zeros((2, words), dtype=np.uint64)
        book._occupied_words = np.zeros((2, words // 64 + 1), dtype=np.uint64)
        book._torn = False
        return book

    def __init__(self) -> None:
        raise TypeError("a book is made by Book.create or restore")

    @property
    def base_ticks(self) -> int:
        """The lowest price that the book covers."""
        return int(self._counters[0]["base_ticks"])

    @property
    def levels(self) -> int:
        """How many prices the book covers."""
        return int(self._counters[0]["levels"])

    @property
    def phase(self) -> TradingPhase:
        """The trading phase."""
        return TradingPhase(int(self._counters[0]["phase"]))

    @property
    def command_seq(self) -> int:
        """The number of the last command applied."""
        return int(self._counters[0]["command_seq"])

    @property
    def event_seq(self) -> int:
        """The number of the last event."""
        return int(self._counters[0]["event_seq"])

    @property
    def trade_seq(self) -> int:
        """The number of the last trade."""
        return int(self._counters[0]["trade_seq"])

    @property
    def open_order_count(self) -> int:
        """How many orders rest."""
        return int(self._counters[0]["open_orders"])

    @property
    def best_bid_ticks(self) -> int:
        """The highest price bid, NO_PRICE when nobody bids."""
        return self._best(Side.BUY).price_ticks

    @property
    def best_bid_qty_lots(self) -> int:
        """The quantity bid at the best price."""
        return self._best(Side.BUY).qty_lots

    @property
    def best_offer_ticks(self) -> int:
        """The lowest price offered, NO_PRICE when nobody offers."""
        return self._best(Side.SELL).price_ticks

    @property
    def best_offer_qty_lots(self) -> int:
        """The quantity offered at the best price."""
        return self._best(Side.SELL).qty_lots

    def depth(self, side: Side, *, levels: int = limits.DEPTH_LEVELS_MAX) -> list[DepthLevel]:
        """The best ``levels`` occupied price levels of a side, best first."""
        ladder = self._levels[side - 1]
        depth: list[DepthLevel] = []
        rank = int(ladder[0]["worse"])
        while rank and len(depth) < levels:
            _, _, _, worse, order_count, qty_lots = ladder[rank].item()
            depth.append(DepthLevel(self._price_ticks(side, rank=rank), qty_lots, order_count))
            rank = worse
        return depth

    def orders(self) -> Records:
        """The orders at rest as RESTING_ORDER records: bids, then offers; the best price first; the earliest first."""
        listed = np.zeros(self.open_order_count, dtype=RESTING_ORDER)
        kernel.list_orders(self._orders, self._levels, listed)
        return listed

    def _best(self, side: Side) -> DepthLevel:
        best = self.depth(side, levels=1)
        return best[0] if best else DepthLevel(NO_PRICE, 0, 0)

    def _price_ticks(self, side: Side, *, rank: int) -> int:
        return self.base_ticks + (self.levels - rank if side == Side.BUY else rank - 1)

    def _grow(self, lacking: int) -> None:
        if lacking == kernel.LACKS_ORDERS:
            self._grow_orders()
        else:
            self._grow_index()

    def _grow_orders(self) -> None:
        grown = np.zeros(2 * len(self._orders), dtype=kernel.ORDER)
        grown[: len(self._orders)] = self._orders
        self._orders = grown

    def _grow_index(self) -> None:
        self._index = np.zeros(2 * len(self._index), dtype=kernel.INDEX_ENTRY)
        kernel.index_orders(self._orders, int(self._counters[0]["slots_used"]), self._index)


def apply(book: Book, commands: Records, *, buffer: Records | None = None) -> Records:
    """Apply COMMAND records in their order and return the EVENT records that they give, at least one a command.

    The book's numbers go on from where they stood, so that how commands are cut into batches never shows. With a
    ``buffer`` of EVENT records the events are written there while they fit, and hold until its owner uses it again:
    that spares a large run the allocation. Raises TornBook when the kernel failed, now or earlier.
    """
    if book._torn:
        raise TornBook("this book was torn by an earlier failure")
    batch = canonical(commands, dtype=COMMAND)
    events = _event_rows(2 * len(batch) + 64) if buffer is None else buffer
    assert events.dtype == EVENT, "events go into EVENT records"
    filled: list[Records] = []
    reached = written = 0
    book._torn = True
    while True:
        reached, written, lacking, rows_needed = _run(book, batch, start=reached, events=events, written=written)
        if lacking == kernel.LACKS_NOTHING:
            break
        if lacking == kernel.LACKS_EVENTS:
            if written:
                filled.append(events[:written])
            events = _event_rows(max(2 * (len(batch) - reached), rows_needed))
            written = 0
        else:
            book._grow(lacking)
    book._torn = False
    return np.concatenate([*filled, events[:written]]) if filled else events[:written]


def warm() -> None:
    """Compile the kernel, or load it from the compiler's cache, so that no order waits for it."""
    book = Book.create(base_ticks=1, levels=1, orders_expected=1)
    apply(book, np.zeros(1, dtype=COMMAND))
    book._grow_index()
    book.orders()


def _run(book: Book, batch: Records, *, start: int, events: Records, written: int) -> tuple[int, int, int, int]:
    try:
        reached, written, lacking, rows_needed = kernel.run(
            book._counters,
            book._orders,
            book._levels,
            book._occupied,
            book._occupied_words,
            book._index,
            batch,
            start,
            events,
            written,
        )
    except Exception as error:
        raise TornBook("the kernel failed") from error
    return reached, written, lacking, rows_needed


def _event_rows(rows: int) -> Records:
    return np.empty(rows, dtype=EVENT)


def _index_size(orders_expected: int) -> int:
    """The power of two that stays at most half full."""
    return 1 << max(1, (2 * orders_expected - 1).bit_length())
