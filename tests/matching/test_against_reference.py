"""The kernel gives the reference's events and digests, whatever the commands, however they are cut and stored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import EVENT, Book, apply, digest, restore, snapshot
from tests.matching.reference import ReferenceBook
from tests.matching.streams import EXAMPLES, busy_stream, streams

LADDERS = [(1, 40, 10), (1, 500, 120), (100, 20_000, 6_000)]


def assert_same_events(events: np.ndarray, expected: np.ndarray) -> None:
    for event, wanted in zip(events, expected, strict=False):
        assert {name: event[name] for name in EVENT.names or ()} == {name: wanted[name] for name in EVENT.names or ()}
    assert len(events) == len(expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_the_kernel_gives_the_references_events_and_digests(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    reference = ReferenceBook(base_ticks=base_ticks, levels=levels)
    for at in range(len(commands)):
        one = commands[at : at + 1]
        assert_same_events(apply(book, one), reference.apply(one))
        assert digest(book) == reference.digest()


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams(), st.lists(st.integers(0, 60), max_size=4), st.integers(0, 9), st.booleans())
def test_batches_capacities_and_restores_never_show(stream, cuts, buffer_rows, restores):
    (base_ticks, levels), commands = stream
    whole = Book.create(base_ticks=base_ticks, levels=levels)
    expected = apply(whole, commands)
    book = Book.create(base_ticks=base_ticks, levels=levels, orders_expected=0)
    parts = []
    for batch in np.split(commands, sorted(cuts)):
        parts.append(apply(book, batch, buffer=np.empty(buffer_rows, dtype=EVENT)).copy())
        if restores:
            book = restore(snapshot(book))
    assert_same_events(np.concatenate(parts), expected)
    assert digest(book) == digest(whole)


@pytest.mark.parametrize(("base_ticks", "levels", "spread"), LADDERS)
def test_a_busy_day_gives_the_references_events(base_ticks, levels, spread):
    compare_busy_day(seed=levels, length=30_000, base_ticks=base_ticks, levels=levels, spread=spread)


@pytest.mark.nightly
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize(("base_ticks", "levels", "spread"), LADDERS)
def test_a_million_commands_give_the_references_events(base_ticks, levels, spread):
    compare_busy_day(seed=levels + 1, length=1_000_000, base_ticks=base_ticks, levels=levels, spread=spread)


def compare_busy_day(*, seed: int, length: int, base_ticks: int, levels: int, spread: int) -> None:
    commands = busy_stream(seed=seed, length=length, base_ticks=base_ticks, levels=levels, spread=spread)
    book = Book.create(base_ticks=base_ticks, levels=levels, orders_expected=1)
    reference = ReferenceBook(base_ticks=base_ticks, levels=levels)
    trades = 0
    for start in range(0, length, 500):
        batch = commands[start : start + 500]
        events = apply(book, batch)
        expected = reference.apply(batch)
        if events.tobytes() != expected.tobytes():
            assert_same_events(events, expected)
        assert digest(book) == reference.digest()
        trades = book.trade_seq
    assert trades > length // 20, "the stream should trade"
