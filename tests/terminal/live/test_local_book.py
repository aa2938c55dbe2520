"""A local book is the exchange's book at every sequence, and says so when it cannot be."""

from dataclasses import replace
from decimal import Decimal
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.live.local_book import Gap, LocalBook
from terminal.records import Channel, Depth, DepthLevel, Update
from vocabulary.phases import TradingPhase

Levels = dict[int, int]

prices = st.integers(1, 12)
quantities = st.integers(1, 5)
sides = st.dictionaries(prices, quantities)
changes = st.lists(st.tuples(st.dictionaries(prices, st.integers(0, 5)), st.dictionaries(prices, st.integers(0, 5))))


def depth(bids: Levels, offers: Levels) -> Depth:
    def levels(side: Levels) -> tuple[DepthLevel, ...]:
        return tuple(DepthLevel(Decimal(price), Decimal(quantity)) for price, quantity in side.items())

    return Depth(TradingPhase.CONTINUOUS, "", levels(bids), levels(offers))


def snapshot(at: int, bids: Levels, offers: Levels) -> Update:
    return Update("ACME", Channel.DEPTH, None, at, "epoch", depth(bids, offers))


def change(first: int, last: int, bids: Levels, offers: Levels) -> Update:
    return Update("ACME", Channel.DEPTH, first, last, "epoch", depth(bids, offers))


def held(levels: list[DepthLevel]) -> list[tuple[int, int]]:
    return [(int(level.price), int(level.quantity)) for level in levels]


@given(bids=sides, offers=sides, later=changes, lengths=st.lists(st.integers(1, 9)))
def test_a_local_book_is_what_snapshot_and_changes_add_up_to(bids, offers, later, lengths):
    book, sequence = LocalBook(), 100
    book.take(snapshot(sequence, bids, offers))
    expected = (dict(bids), dict(offers))
    for (more_bids, more_offers), length in zip(later, lengths, strict=False):
        book.take(change(sequence + 1, sequence + length, more_bids, more_offers))
        sequence += length
        for side, more in zip(expected, (more_bids, more_offers), strict=True):
            side.update(more)
            for price in [price for price, quantity in side.items() if not quantity]:
                del side[price]
    assert book.sequence == sequence
    assert held(book.bids()) == sorted(expected[0].items(), reverse=True)
    assert held(book.offers()) == sorted(expected[1].items())


@given(first=st.integers(-5, 300), length=st.integers(1, 9))
def test_a_change_that_does_not_follow_is_a_gap_and_changes_nothing(first, length):
    book = LocalBook()
    book.take(snapshot(100, {9: 1}, {11: 1}))
    update = change(first, first + length, {8: 3}, {})
    if first == 101:
        book.take(update)
        assert held(book.bids()) == [(9, 1), (8, 3)]
        return
    with pytest.raises(Gap):
        book.take(update)
    assert (book.sequence, held(book.bids()), held(book.offers())) == (100, [(9, 1)], [(11, 1)])


def test_a_change_of_another_life_of_the_book_is_a_gap():
    book = LocalBook()
    book.take(snapshot(100, {9: 1}, {}))
    with pytest.raises(Gap):
        book.take(replace(change(101, 101, {9: 2}, {}), epoch="another"))


def test_a_book_that_is_not_the_exchanges_is_a_gap():
    book, there = LocalBook(), crc32(b"9:2,8:3|11:1")
    book.take(snapshot(100, {9: 1}, {11: 1}))
    book.take(replace(change(101, 102, {}, {}), content=replace(depth({8: 3, 9: 2}, {}), checksum=there)))
    assert book.checksum() == there
    with pytest.raises(Gap):
        book.take(replace(change(103, 103, {}, {}), content=replace(depth({8: 4}, {}), checksum=there)))


def test_a_book_takes_no_change_before_its_snapshot():
    with pytest.raises(Gap):
        LocalBook().take(change(0, 0, {9: 1}, {}))


def test_a_snapshot_takes_the_place_of_everything_before_it():
    book = LocalBook()
    book.take(snapshot(100, {9: 1}, {11: 1}))
    book.take(snapshot(7, {5: 2}, {}))
    assert (book.sequence, held(book.bids()), held(book.offers())) == (7, [(5, 2)], [])


def test_best_prices_and_spread_are_those_of_the_levels():
    book = LocalBook()
    assert (book.best_bid, book.best_offer, book.spread) == (None, None, None)
    book.take(snapshot(1, {8: 1, 9: 1}, {11: 1, 12: 4}))
    assert (book.best_bid, book.best_offer, book.spread) == (Decimal(9), Decimal(11), Decimal(2))
    assert held(book.offers(1)) == [(11, 1)]
