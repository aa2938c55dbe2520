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
from matching.layout import TERMS
from tests.matching.drawing import HEADER, buy, cancel, halt, sell, stop_sell
from tests.matching.streams import busy_stream
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

HEADER_BYTES = 8 + 8 * len(HEADER)
EMPTY_BOOK_DIGEST = "57f8eac60117e24d24c358b75df8822a11f51ad8dc29330367fc73d91baff2b1"
PLAIN_JOURNAL_DIGEST = "805519295ce14f4f82bc1b6e5ebd2b16ba51ac8871567b2078b9d5cfd1f0ca65"


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
    with pytest.raises(
        UnreadableSnapshot, match=f"layout version {LAYOUT_VERSION + 1}; this core reads version {LAYOUT_VERSION}"
    ):
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
    padded = np.dtype({"names": names, "formats": [COMMAND[name] for name in names], "itemsize": COMMAND.itemsize + 32})
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


def plain_journal() -> tuple[np.ndarray, np.ndarray]:
    """Two orders that trade and a cancel, and what they gave, as the first version of the core wrote them."""
    commands = np.concatenate([sell("A", 10, at=100), buy("B", 4, at=100), cancel("A")])
    commands["transact_time_ns"] = [5, 6, 7]
    return commands, apply(Book.create(base_ticks=1, levels=200), commands)


def test_a_journal_written_before_orders_had_terms_keeps_its_digest():
    commands, events = plain_journal()
    assert chain(GENESIS, commands, events).hex() == PLAIN_JOURNAL_DIGEST


@pytest.mark.parametrize("field", list(TERMS.names or ()))
def test_the_chain_covers_every_term_of_a_command(field):
    commands, events = plain_journal()
    commands[field][1] = 1
    assert chain(GENESIS, commands, events).hex() != PLAIN_JOURNAL_DIGEST


def test_the_chain_covers_what_events_hide():
    commands, events = plain_journal()
    hiding = events.copy()
    hiding["hidden_qty_lots"][1] = 1
    assert chain(GENESIS, commands, hiding) != chain(GENESIS, commands, events)
    assert chain(GENESIS, stop_sell("A", 5, stop_px=90), events[:1]) != chain(GENESIS, commands[:1], events[:1])


def test_the_chain_tells_a_term_from_hidden_quantity():
    commands, events = plain_journal()
    with_terms, hiding = commands.copy(), events.copy()
    with_terms["stop_px_ticks"][0] = hiding["hidden_qty_lots"][0] = 1
    links = {chain(GENESIS, one, other) for one in (commands, with_terms) for other in (events, hiding)}
    assert len(links) == 4
