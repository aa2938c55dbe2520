"""A book: the arrays that the kernel works on, what can be asked of them, and the one way to change them."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching import kernel
from matching.layout import COMMAND, EVENT, NO_PRICE, RESTING_ORDER, Records, canonical
from vocabulary import limits
from vocabulary.orders import Side
from vocabulary.phases import AllocationRule, TradingPhase

SLOTS_AT_FIRST = 2**16
"""Memory that is set aside costs nothing until it is written to, and growing means copying it."""
INDEXED_AT_FIRST = 1_000
"""The index is written to all over, so that it begins small and grows with the orders."""

IN_BOOK = kernel.PLACES[0]
"""The ``place`` of an order that stands at its price in the book, and neither waits as a stop nor stands aside."""


class TornBook(RuntimeError):
    """The kernel failed in the middle of a command: the book is worthless and must be restored from its journal."""


class DepthLevel(NamedTuple):
    """A price level of one side: its price, the open quantity there and the number of orders."""

    price_ticks: int
    qty_lots: int
    order_count: int


class Indicative(NamedTuple):
    """What an uncross would choose now: the price, the quantity that would trade, and demand minus supply there."""

    price_ticks: int
    qty_lots: int
    imbalance_lots: int


class Book:
    """The open orders of one instrument, by price and then by time.

    ``Book.create`` or ``restore`` make one, ``apply`` is all that changes it. A book belongs to one thread at a time.
    """

    __slots__ = ("_address", "_arrays", "_events", "_numbers", "_single", "_torn")

    _arrays: dict[str, Records]
    _numbers: NDArray[np.int64]
    _events: Records | None
    _single: memoryview
    _address: int
    _torn: bool

    @classmethod
    def create(
        cls,
        *,
        base_ticks: int,
        levels: int,
        phase: TradingPhase = TradingPhase.CONTINUOUS,
        orders_expected: int | None = None,
    ) -> Self:
        """An empty book for the prices from ``base_ticks`` on, ``levels`` of them.

        ``orders_expected`` only spares growth; it never shows in what the book answers. Raises ValueError when the
        range leaves 1 to PRICE_TICKS_MAX or has more than LADDER_LEVELS_MAX levels.
        """
        kernel.compile_sections()
        if not 1 <= levels <= limits.LADDER_LEVELS_MAX:
            raise ValueError(f"a book covers 1 to {limits.LADDER_LEVELS_MAX} levels, not {levels}")
        if not 1 <= base_ticks <= limits.PRICE_TICKS_MAX - levels + 1:
            raise ValueError(f"{levels} levels from {base_ticks} leave the prices 1 to {limits.PRICE_TICKS_MAX}")
        book = cls.__new__(cls)
        slots = SLOTS_AT_FIRST if orders_expected is None else 1 + max(1, orders_expected)
        ranks = levels + 2
        words = ranks // 64 + 1
        groups = words // 64 + 1
        book._numbers = np.zeros(len(kernel.FIELD), dtype=np.int64)
        book._address = book._numbers.ctypes.data
        book._arrays = {}
        book._keep("orders", np.zeros(slots, dtype=kernel.ORDER))
        book._keep("terms", np.zeros(slots, dtype=kernel.ORDER_TERMS))
        book._keep("ladders", np.zeros(kernel.LADDERS, dtype=kernel.LADDER))
        book._keep("levels", np.zeros(kernel.LADDERS * ranks, dtype=kernel.LEVEL))
        book._keep("level_terms", np.zeros(2 * ranks, dtype=kernel.LEVEL_TERMS))
        book._keep("occupied", np.zeros(kernel.LADDERS * words, dtype=kernel.WORD))
        book._keep("occupied_words", np.zeros(kernel.LADDERS * groups, dtype=kernel.WORD))
        book._keep("chains", np.zeros(kernel.CHAINS, dtype=kernel.CHAIN_ENDS))
        single = np.zeros(1, dtype=COMMAND)
        book._keep("single", single)
        book._single = single.view(np.uint8).data
        book._keep_index(_index_size(INDEXED_AT_FIRST if orders_expected is None else orders_expected))
        for name, number in (("slots", slots), ("ranks", ranks), ("words", words), ("groups", groups)):
            book._numbers[kernel.FIELD[name]] = number
        book._numbers[kernel.FIELD["base_ticks"]] = base_ticks
        book._numbers[kernel.FIELD["levels"]] = levels
        book._numbers[kernel.FIELD["phase"]] = TradingPhase(phase)
        book._events = None
        book._torn = False
        return book

    def __init__(self) -> None:
        raise TypeError("a book is made by Book.create or restore")

    @property
    def base_ticks(self) -> int:
        """The lowest price that the book covers."""
        return self._count("base_ticks")

    @property
    def levels(self) -> int:
        """How many prices the book covers."""
        return self._count("levels")

    @property
    def phase(self) -> TradingPhase:
        """The trading phase."""
        return TradingPhase(self._count("phase"))

    @property
    def command_seq(self) -> int:
        """The number of the last command applied."""
        return self._count("command_seq")

    @property
    def event_seq(self) -> int:
        """The number of the last event."""
        return self._count("event_seq")

    @property
    def trade_seq(self) -> int:
        """The number of the last trade."""
        return self._count("trade_seq")

    @property
    def open_order_count(self) -> int:
        """How many orders are open, waiting stops and orders aside included."""
        return self._count("open_orders")

    @property
    def memory_bytes(self) -> int:
        """How much memory the book has written to at most; what is set aside and untouched costs nothing."""
        used = {"orders": self._count("slots_used") + 1, "terms": self._count("slots_used") + 1}
        return sum(array.itemsize * used.get(name, len(array)) for name, array in self._arrays.items())

    @property
    def last_px_ticks(self) -> int:
        """The price of the last trade, NO_PRICE before the first."""
        return self._count("last_px_ticks") or NO_PRICE

    @property
    def reference_ticks(self) -> int:
        """The reference price, NO_PRICE when there is none."""
        return self._count("reference_ticks") or NO_PRICE

    @property
    def static_band_bps(self) -> int:
        """The width of the price band around the reference price, on either side; 0 for no band."""
        return self._count("static_band_bps")

    @property
    def dynamic_band_bps(self) -> int:
        """The width of the price band around the last price, on either side; 0 for no band."""
        return self._count("dynamic_band_bps")

    @property
    def allocation(self) -> AllocationRule:
        """How an aggressor's quantity is shared out among the orders at one price."""
        return AllocationRule(self._count("allocation"))

    @property
    def resumes_plainly(self) -> bool:
        """Whether going on with continuous trading would give one event, that of the phase, and nothing else."""
        return bool(kernel.resumes_plainly(self._address))

    @property
    def best_bid_ticks(self) -> int:
        """The highest price bid, NO_PRICE when nobody bids."""
        return self._best(Side.BUY).price_ticks

    @property
    def best_bid_qty_lots(self) -> int:
        """The quantity shown at the highest price bid."""
        return self._best(Side.BUY).qty_lots

    @property
    def best_offer_ticks(self) -> int:
        """The lowest price offered, NO_PRICE when nobody offers."""
        return self._best(Side.SELL).price_ticks

    @property
    def best_offer_qty_lots(self) -> int:
        """The quantity shown at the lowest price offered."""
        return self._best(Side.SELL).qty_lots

    def depth(self, side: Side, *, levels: int = limits.DEPTH_LEVELS_MAX) -> list[DepthLevel]:
        """The best ``levels`` price levels of a side, best first, each with the quantity that its orders show."""
        rows = np.zeros((levels, len(DepthLevel._fields)), dtype=np.int64)
        found = kernel.list_depth(self._address, side - 1, rows)
        return [DepthLevel(*row) for row in rows[:found].tolist()]

    def orders(self) -> Records:
        """The open orders as RESTING_ORDER records, in the order of a snapshot."""
        listed = np.zeros(self.open_order_count, dtype=RESTING_ORDER)
        kernel.list_orders(self._address, listed.ctypes.data)
        return listed

    def indicative(self) -> Indicative:
        """What an uncross would choose now; NO_PRICE and no quantity when nothing would trade."""
        return Indicative(*map(int, kernel.indicative(self._address)))

    def _count(self, name: str) -> int:
        return int(self._numbers[kernel.FIELD[name]])

    def _keep(self, name: str, array: Records) -> None:
        """Own one of the arrays that the kernel works on, and tell the kernel where it lies."""
        self._arrays[name] = array
        self._numbers[kernel.FIELD[f"{name}_at"]] = array.ctypes.data

    def _use_events(self, events: Records) -> None:
        """Let the kernel write into these rows, which the book holds on to for as long."""
        assert events.dtype == EVENT, "events go into EVENT records"
        assert events.flags.carray, "the kernel is compiled for rows that follow one another"
        self._events = events
        kernel.use_events(self._address, events)

    def _keep_index(self, size: int) -> None:
        self._keep("index", np.zeros(size, dtype=kernel.INDEX_ENTRY))
        self._numbers[kernel.FIELD["index_size"]] = size
        self._numbers[kernel.FIELD["index_shift"]] = 64 - (size.bit_length() - 1)

    def _best(self, side: Side) -> DepthLevel:
        best = self.depth(side, levels=1)
        return best[0] if best else DepthLevel(NO_PRICE, 0, 0)

    def _grow(self, lacking: int) -> None:
        if lacking == kernel.LACKS_ORDERS:
            self._grow_orders()
        else:
            self._grow_index()

    def _grow_orders(self) -> None:
        for name in ("orders", "terms"):
            self._keep(name, _doubled(self._arrays[name]))
        self._numbers[kernel.FIELD["slots"]] = len(self._arrays["orders"])

    def _grow_index(self) -> None:
        self._keep_index(2 * len(self._arrays["index"]))
        kernel.index_orders(self._address)


def apply(book: Book, commands: Records, *, buffer: Records | None = None) -> Records:
    """Apply COMMAND records in their order and return the EVENT records that they give, at least one a command.

    The book's numbers go on from where they stood, so that how commands are cut into batches never shows. With a
    ``buffer`` of EVENT records the events are written there while they fit, and hold until its owner uses it again:
    that spares a large run the allocation. Raises TornBook when the kernel failed, now or earlier.
    """
    if book._torn:
        raise TornBook("this book was torn by an earlier failure")
    # Handing over an array costs more than matching one command, which therefore has a place that the kernel knows.
    is_single = len(commands) == 1 and commands.dtype is COMMAND
    batch = commands if is_single else canonical(commands, dtype=COMMAND)
    events = _event_rows(2 * len(batch) + 64) if buffer is None else buffer
    if events is not book._events:
        book._use_events(events)
    book._torn = True
    if is_single:
        book._single[:] = batch.tobytes()
        written = kernel.run_single(book._address)
    else:
        written = kernel.run(book._address, batch, 0)
    if written == kernel.NOT_DONE:
        return _apply_in_larger_arrays(book, canonical(batch, dtype=COMMAND), events)
    book._torn = False
    return events[:written]


def _apply_in_larger_arrays(book: Book, batch: Records, events: Records) -> Records:
    """Go on where an array may have become too small, as often as it takes. Raises TornBook when that was not it."""
    filled: list[Records] = []
    written = kernel.NOT_DONE
    while written == kernel.NOT_DONE:
        if book._count("torn"):
            raise TornBook("the kernel met a number that is out of bounds")
        lacking, reached = book._count("lacking"), book._count("reached")
        if lacking == kernel.LACKS_EVENTS:
            filled.append(events[: book._count("written")])
            events = _event_rows(book._count("rows_needed") + 2 * (len(batch) - reached))
            book._use_events(events)
        else:
            book._grow(lacking)
        written = kernel.run(book._address, batch, reached)
    book._torn = False
    return np.concatenate([*filled, events[:written]]) if filled else events[:written]


def warm() -> None:
    """Compile the kernel, or load it from the compiler's cache, so that no order waits for it."""
    book = Book.create(base_ticks=1, levels=1, orders_expected=1)
    apply(book, np.zeros(1, dtype=COMMAND))
    apply(book, np.zeros(2, dtype=COMMAND))
    book._grow_index()
    kernel.enter_orders(book._address, 0, 0)
    book.orders()
    book.depth(Side.BUY, levels=1)
    book.indicative()
    assert book.resumes_plainly


def _event_rows(rows: int) -> Records:
    return np.empty(rows, dtype=EVENT)


def _doubled(records: Records) -> Records:
    grown = np.zeros(2 * len(records), dtype=records.dtype)
    grown[: len(records)] = records
    return grown


def _index_size(orders_expected: int) -> int:
    """The power of two with entries enough for so many orders."""
    return 1 << (kernel.INDEX_ENTRIES_AN_ORDER * max(1, orders_expected) - 1).bit_length()
