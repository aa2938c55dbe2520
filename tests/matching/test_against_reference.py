"""The kernel gives the reference's events and digests, whatever the commands, however they are cut and stored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import EVENT, Book, apply, digest, restore, snapshot
from tests.matching.reference import ReferenceBook
from tests.matching.streams import EXAMPLES, busy_stream, short_and_busy_streams
from tests.matching.tally import PATHS, Tally
from vocabulary.commands import CommandKind, EventKind
from vocabulary.rejects import RejectReason

LADDERS = [(1, 40, 10), (1, 500, 120), (100, 20_000, 6_000)]
GIVEN_BEFORE_THE_CORE = {
    RejectReason.UNKNOWN_SYMBOL,
    RejectReason.ORDER_EXCEEDS_LIMIT,
    RejectReason.UNKNOWN_ACCOUNT,
    RejectReason.PRICE_EXCEEDS_BAND,
    RejectReason.INVALID_PRICE_INCREMENT,
    RejectReason.INSUFFICIENT_BUYING_POWER,
    RejectReason.INSUFFICIENT_POSITION,
    RejectReason.CL_ORD_ID_REUSED,
    RejectReason.TOO_LATE_TO_CANCEL,
    RejectReason.CURRENCY_MISMATCH,
    RejectReason.TOO_MANY_OPEN_ORDERS,
    RejectReason.CLASS_NOT_OPEN,
    RejectReason.INSTRUMENT_NOT_IN_CLASS,
    RejectReason.OPTION_NOT_COVERED,
    RejectReason.UNEXECUTED_VALUE_LIMIT,
    RejectReason.ORDER_QTY_LIMIT,
    RejectReason.ORDER_VALUE_LIMIT,
    RejectReason.ACCOUNT_KILLED,
    RejectReason.POSITION_LIMIT,
    RejectReason.LEVERAGE_LIMIT,
    RejectReason.ACCOUNT_IN_LIQUIDATION,
}
"""Reasons that no book gives: the exchange says them before a command is sequenced."""


def assert_same_events(events: np.ndarray, expected: np.ndarray) -> None:
    for event, wanted in zip(events, expected, strict=False):
        assert {name: event[name] for name in EVENT.names or ()} == {name: wanted[name] for name in EVENT.names or ()}
    assert len(events) == len(expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(short_and_busy_streams())
def test_the_kernel_gives_the_references_events_and_digests(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    reference = ReferenceBook(base_ticks=base_ticks, levels=levels)
    for at in range(len(commands)):
        one = commands[at : at + 1]
        assert_same_events(apply(book, one), reference.apply(one))
        assert digest(book) == reference.digest()


@settings(max_examples=EXAMPLES, deadline=None)
@given(short_and_busy_streams(), st.lists(st.integers(0, 300), max_size=6), st.integers(0, 9), st.booleans())
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


@pytest.mark.parametrize("seed", range(20))
def test_a_short_day_compared_command_by_command_gives_the_references_events(seed):
    compare_busy_day(seed=seed, length=1_000, base_ticks=3, levels=24, spread=8, ids=24, hostile=0.05, batch=1)


@pytest.mark.nightly
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("base_ticks", "levels", "spread"), LADDERS)
def test_a_million_commands_give_the_references_events(base_ticks, levels, spread, seed):
    compare_busy_day(seed=1_000 + seed, length=67_000, base_ticks=base_ticks, levels=levels, spread=spread, batch=67)


def test_the_streams_make_every_word_and_every_way_through_the_rules_occur():
    tally = Tally()
    for seed in range(24):
        commands = busy_stream(
            seed=seed, length=2_000, base_ticks=3, levels=24, spread=8, ids=(24, 120)[seed % 2], hostile=0.04
        )
        tally.count(commands, ReferenceBook(base_ticks=3, levels=24).apply(commands))
    assert set(CommandKind) - tally.command_kinds == set()
    assert set(EventKind) - tally.event_kinds == set()
    assert set(RejectReason) - tally.reasons == GIVEN_BEFORE_THE_CORE
    assert [name for name in PATHS if tally.paths[name] == 0] == []


def compare_busy_day(
    *,
    seed: int,
    length: int,
    base_ticks: int,
    levels: int,
    spread: int,
    ids: int = 120,
    hostile: float = 0.02,
    batch: int = 500,
) -> None:
    """Feed both books the same stream; whole batches are compared, the first one that differs event by event."""
    commands = busy_stream(
        seed=seed, length=length, base_ticks=base_ticks, levels=levels, spread=spread, ids=ids, hostile=hostile
    )
    book = Book.create(base_ticks=base_ticks, levels=levels, orders_expected=1)
    reference = ReferenceBook(base_ticks=base_ticks, levels=levels)
    for start in range(0, length, batch):
        some = commands[start : start + batch]
        events = apply(book, some)
        expected = reference.apply(some)
        if events.tobytes() != expected.tobytes():
            assert_same_events(events, expected)
        assert digest(book) == reference.digest()
    assert reference.trade_seq > length // 40, "the stream should trade"
