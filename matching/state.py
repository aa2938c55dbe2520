"""A book as bytes: snapshots, their digest, and the chain that holds a journal together."""

import hashlib

import numpy as np

from matching.book import Book, apply
from matching.layout import COMMAND, EVENT, LAYOUT_VERSION, RESTING_ORDER, Records, canonical
from vocabulary import limits
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import OrdType
from vocabulary.phases import TradingPhase

DIGEST_BYTES = 32
GENESIS = bytes(DIGEST_BYTES)
"""The digest that a journal's chain begins with."""

MAGIC = b"MOPSBOOK"
COUNTERS = ("base_ticks", "levels", "phase", "command_seq", "event_seq", "trade_seq", "open_orders")
HEADER = np.dtype([("magic", "S8"), ("layout_version", "<i8"), *((name, "<i8") for name in COUNTERS)])


class UnreadableSnapshot(ValueError):
    """The bytes are no snapshot of a book, or one of a layout that this core does not read."""


def snapshot(book: Book) -> bytes:
    """The book in canonical form: equal for any two books that answer alike for ever after."""
    header = np.zeros(1, dtype=HEADER)
    header["magic"] = MAGIC
    header["layout_version"] = LAYOUT_VERSION
    for name in COUNTERS:
        header[name] = book._counters[name]
    return header.tobytes() + book.orders().tobytes()


def digest(book: Book) -> bytes:
    """BLAKE2b-256 of the book's canonical form."""
    return hashlib.blake2b(snapshot(book), digest_size=DIGEST_BYTES).digest()


def restore(data: bytes) -> Book:
    """The book that a snapshot was taken of.

    Raises UnreadableSnapshot when the bytes are damaged in a way that shows, or of another layout version.
    """
    header, resting = _read(data)
    try:
        book = Book.create(
            base_ticks=int(header["base_ticks"]),
            levels=int(header["levels"]),
            orders_expected=len(resting),
        )
        phase = TradingPhase(int(header["phase"]))
    except ValueError as error:
        raise UnreadableSnapshot(f"the snapshot's header is damaged: {error}") from error
    _rest(book, resting)
    for name in ("command_seq", "event_seq", "trade_seq"):
        book._counters[name] = header[name]
    book._counters["phase"] = phase
    return book


def chain(previous: bytes, commands: Records, events: Records) -> bytes:
    """The digest of a journal that grew by these commands and events: BLAKE2b-256 over the previous digest and them."""
    chained = hashlib.blake2b(previous, digest_size=DIGEST_BYTES)
    for records in (canonical(commands, dtype=COMMAND), canonical(events, dtype=EVENT)):
        chained.update(len(records).to_bytes(8, "little"))
        chained.update(records.tobytes())
    return chained.digest()


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


def _rest(book: Book, resting: Records) -> None:
    """Enter orders in canonical order as new ones; an empty book gives them the slots from 1 on, in this order."""
    commands = np.zeros(len(resting), dtype=COMMAND)
    commands["kind"] = CommandKind.NEW_ORDER
    commands["ord_type"] = OrdType.LIMIT
    commands["order_qty_lots"] = resting["leaves_qty_lots"]
    for name in ("order_id", "account_id", "price_ticks", "side", "time_in_force"):
        commands[name] = resting[name]
    events = apply(book, commands)
    if len(events) != len(resting) or (events["kind"] != EventKind.NEW).any() or not _quantities_fit(resting):
        raise UnreadableSnapshot("the snapshot's orders do not form a book")
    book._orders["order_qty_lots"][1 : len(resting) + 1] = resting["order_qty_lots"]


def _quantities_fit(resting: Records) -> bool:
    order_qty = resting["order_qty_lots"]
    return bool(((resting["leaves_qty_lots"] <= order_qty) & (order_qty <= limits.ORDER_QTY_LOTS_MAX)).all())
