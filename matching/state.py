"""A book as bytes: snapshots, their digest, and the chain that holds a journal together."""

import hashlib

import numpy as np

from matching import kernel
from matching.book import Book
from matching.layout import (
    COMMAND,
    EVENT,
    LAYOUT_VERSION,
    PLAIN_COMMAND,
    PLAIN_EVENT,
    RESTING_ORDER,
    TERMS,
    Records,
    canonical,
)
from vocabulary import limits
from vocabulary.orders import Side
from vocabulary.phases import AllocationRule, TradingPhase

DIGEST_BYTES = 32
GENESIS = bytes(DIGEST_BYTES)
"""The digest that a journal's chain begins with."""

MAGIC = b"MOPSBOOK"
HEADER = np.dtype([("magic", "S8"), ("layout_version", "<i8"), *((name, "<i8") for name in kernel.HEADER_COUNTERS)])
HIDDEN = np.dtype([("hidden_qty_lots", "<i8")])


class UnreadableSnapshot(ValueError):
    """The bytes are no snapshot of a book, or one of a layout that this core does not read."""


def snapshot(book: Book) -> bytes:
    """The book in canonical form: equal for any two books that answer alike for ever after."""
    header = np.zeros(1, dtype=HEADER)
    header["magic"] = MAGIC
    header["layout_version"] = LAYOUT_VERSION
    for name in kernel.HEADER_COUNTERS:
        header[name] = book._count(name)
    return header.tobytes() + book.orders().tobytes()


def digest(book: Book) -> bytes:
    """BLAKE2b-256 of the book's canonical form."""
    return hashlib.blake2b(snapshot(book), digest_size=DIGEST_BYTES).digest()


def restore(data: bytes) -> Book:
    """The book that a snapshot was taken of.

    Raises UnreadableSnapshot when the bytes are damaged in a way that shows, or of another layout version.
    """
    header, listed = _read(data)
    try:
        book = Book.create(
            base_ticks=int(header["base_ticks"]),
            levels=int(header["levels"]),
            phase=TradingPhase(int(header["phase"])),
            orders_expected=len(listed),
        )
        AllocationRule(int(header["allocation"]))
    except ValueError as error:
        raise UnreadableSnapshot(f"the snapshot's header is damaged: {error}") from error
    if not _are_orders(listed):
        raise UnreadableSnapshot("the snapshot's orders are damaged")
    rows = canonical(listed, dtype=RESTING_ORDER)
    kernel.enter_orders(book._address, rows.ctypes.data, len(rows))
    for name in kernel.HEADER_COUNTERS:
        book._numbers[kernel.FIELD[name]] = header[name]
    if snapshot(book) != data:
        raise UnreadableSnapshot("the snapshot's orders do not form a book")
    return book


def chain(previous: bytes, commands: Records, events: Records) -> bytes:
    """The digest of a journal that grew by these commands and events.

    BLAKE2b-256 over the previous digest and the plain parts of both. What was added to the records later counts only
    where it says something, so that a journal written before keeps its digests.
    """
    commands, events = canonical(commands, dtype=COMMAND), canonical(events, dtype=EVENT)
    chained = hashlib.blake2b(previous, digest_size=DIGEST_BYTES)
    for records, part in ((commands, PLAIN_COMMAND), (events, PLAIN_EVENT)):
        chained.update(len(records).to_bytes(8, "little"))
        chained.update(_part_of(records, part=part).tobytes())
    for records, part in ((commands, TERMS), (events, HIDDEN)):
        said = _part_of(records, part=part).tobytes()
        if said.count(0) != len(said):
            chained.update(said)
    return chained.digest()


def _part_of(records: Records, *, part: np.dtype[np.void]) -> Records:
    """Some fields of records, packed."""
    taken = np.empty(len(records), dtype=part)
    for name in part.names or ():
        taken[name] = records[name]
    return taken


def _read(data: bytes) -> tuple[np.void, Records]:
    if len(data) < HEADER.itemsize or not data.startswith(MAGIC):
        raise UnreadableSnapshot("these bytes are not a snapshot of a book")
    header = np.frombuffer(data, dtype=HEADER, count=1)[0]
    if header["layout_version"] != LAYOUT_VERSION:
        raise UnreadableSnapshot(
            f"the snapshot has layout version {header['layout_version']}; this core reads version {LAYOUT_VERSION}"
        )
    if len(data) != HEADER.itemsize + int(header["open_orders"]) * RESTING_ORDER.itemsize:
        raise UnreadableSnapshot("the snapshot's length does not fit its number of orders")
    return header, np.frombuffer(data, dtype=RESTING_ORDER, offset=HEADER.itemsize)


def _are_orders(listed: Records) -> bool:
    """Whether each of these records could be an open order."""
    order_qty, leaves = listed["order_qty_lots"], listed["leaves_qty_lots"]
    are_sound = (
        (listed["order_id"] >= 1)
        & np.isin(listed["side"], list(Side))
        & np.isin(listed["place"], list(kernel.PLACES))
        & (leaves >= 1)
        & (leaves <= order_qty)
        & (order_qty <= limits.ORDER_QTY_LOTS_MAX)
    )
    return bool(are_sound.all()) and len(np.unique(listed["order_id"])) == len(listed)
