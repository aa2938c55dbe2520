"""Snapshots, digests and the chain."""

import hashlib

import numpy as np
import pytest

from matching import (
    COMMAND,
    EVENT,
    GENESIS,
    LAYOUT_VERSION,
    Book,
    UnreadableSnapshot,
    apply,
    chain,
    digest,
    restore,
    snapshot,
)
from tests.matching.drawing import buy, cancel, halt, sell
from tests.matching.streams import busy_stream
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

HEADER_BYTES = 72
EMPTY_BOOK_DIGEST = "1ca4ee66d1be48d2f9effd52abe17f808840b88f1e783118530cbc46b6f7a95f"


def busy_book(*, orders_expected: int = 1) -> Book:
    book = Book.create(base_ticks=50, levels=900, orders_expected=orders_expected)
    apply(book, busy_stream(seed=3, length=5_000, base_ticks=50, levels=900, spread=100))
    return book


def test_a_restored_book_is_the_same_book():
    book = busy_book()
    restored = restore(snapshot(book))
    assert snapshot(restored) == snapshot(book)
    assert restored.depth(Side.BUY) == book.depth(Side.BUY)
    assert (restored.phase, restored.command_seq, restored.event_seq, restored.trade_seq) == (
        book.phase,
        book.command_seq,
        book.event_seq,
        book.trade_seq,
    )


def test_a_restored_book_answers_alike_for_ever_after():
    book = busy_book()
    restored = restore(snapshot(book))
    later = busy_stream(seed=4, length=20_000, base_ticks=50, levels=900, spread=100)
    assert apply(restored, later).tobytes() == apply(book, later).tobytes()
    assert digest(restored) == digest(book)


def test_a_halted_book_is_restored_halted_with_its_orders():
    book = Book.create(base_ticks=1, levels=200)
    apply(book, np.concatenate([buy("A", 5, at=100), halt()]))
    restored = restore(snapshot(book))
    assert (restored.phase, restored.open_order_count) == (TradingPhase.HALTED, 1)


def test_an_order_partly_done_is_restored_with_what_was_done():
    book = Book.create(base_ticks=1, levels=200)
    apply(book, np.concatenate([sell("A", 10, at=100), buy("B", 4, at=100)]))
    (event,) = apply(restore(snapshot(book)), cancel("A"))
    assert (event["order_qty_lots"], event["cum_qty_lots"]) == (10, 4)


def test_a_snapshot_shows_no_capacity():
    assert snapshot(busy_book(orders_expected=1)) == snapshot(busy_book(orders_expected=5_000))


def test_the_digest_is_of_the_snapshot():
    book = busy_book()
    assert digest(book) == hashlib.blake2b(snapshot(book), digest_size=32).digest()


def test_an_empty_books_digest_never_changes():
    assert digest(Book.create(base_ticks=1, levels=64)).hex() == EMPTY_BOOK_DIGEST


def test_a_snapshot_of_another_layout_is_refused_by_its_version():
    data = bytearray(snapshot(busy_book()))
    data[8:16] = (LAYOUT_VERSION + 1).to_bytes(8, "little")
    with pytest.raises(UnreadableSnapshot, match="layout version 2; this core reads version 1"):
        restore(bytes(data))


def test_bytes_that_are_no_snapshot_are_refused():
    for data in (b"", b"MOPSBOOK", b"x" * 200):
        with pytest.raises(UnreadableSnapshot, match="not a snapshot"):
            restore(data)


def test_a_snapshot_cut_short_is_refused():
    with pytest.raises(UnreadableSnapshot, match="length"):
        restore(snapshot(busy_book())[:-1])


@pytest.mark.parametrize(("at", "text"), [(16, "header"), (24, "header"), (32, "header"), (HEADER_BYTES, "orders")])
def test_a_damaged_snapshot_is_refused(at, text):
    data = bytearray(snapshot(busy_book()))
    data[at : at + 8] = (-5).to_bytes(8, "little", signed=True)
    with pytest.raises(UnreadableSnapshot, match=text):
        restore(bytes(data))


def test_the_chain_is_of_the_records_not_of_how_they_lie_in_memory():
    book = Book.create(base_ticks=1, levels=200)
    commands = np.concatenate([sell("A", 10, at=100), buy("B", 4, at=100)])
    events = apply(book, commands)
    scattered = np.repeat(events, 2)[::2]
    big_endian = commands.astype(COMMAND.newbyteorder(">"))
    names = list(COMMAND.names or ())
    padded = np.dtype({"names": names, "formats": [COMMAND[name] for name in names], "itemsize": 80})
    expected = chain(GENESIS, commands, events)
    assert chain(GENESIS, big_endian, scattered) == expected
    assert chain(GENESIS, commands.astype(padded), events) == expected


def test_the_chain_depends_on_everything_before_it():
    commands, events = np.zeros(2, dtype=COMMAND), np.zeros(2, dtype=EVENT)
    links = {
        chain(GENESIS, commands, events),
        chain(chain(GENESIS, commands, events), commands, events),
        chain(GENESIS, commands[:1], events),
        chain(GENESIS, commands, events[:1]),
        chain(GENESIS, commands[:0], events[:0]),
        GENESIS,
    }
    assert len(links) == 6
    assert {len(link) for link in links} == {32}
