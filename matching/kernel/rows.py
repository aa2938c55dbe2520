"""Rows of a book's arrays, by their numbers.

Compiled code hands around nothing but the book's own record, which knows where each array lies and how long it is:
handing arrays from function to function makes the compiler slow and the code too. A number out of bounds marks the book
as torn and gives row 0, which is nobody's, instead of reading or writing somewhere else.
"""

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

from matching.kernel.arrays import (
    BOOK,
    CHAIN_ENDS,
    CHAINS,
    INDEX_ENTRY,
    LADDERS,
    LEVEL,
    LEVEL_TERMS,
    ORDER,
    ORDER_TERMS,
    WORD,
)
from matching.kernel.compiling import inlined_section
from matching.layout import COMMAND, EVENT, RESTING_ORDER


def _row_of(dtype: Any) -> Callable[..., Any]:
    """The record of a dtype at an address plus a number of its lengths, unchecked."""
    record = numba.from_dtype(dtype)

    def type_row(typing_context: Any, address: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            start, number = arguments
            offset = builder.mul(number, context.get_constant(types.int64, dtype.itemsize))
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(record))

        return record(types.int64, types.int64), generate

    row: Callable[..., Any] = intrinsic(type_row)
    return row


def _fixed(field: str) -> Callable[..., Any]:
    """A number of the book's record that stays as it is while the kernel runs.

    Saying so spares the compiler reading it again after every write to somewhere else.
    """
    offset = BOOK.fields[field][1]  # type: ignore[index]

    def type_fixed(typing_context: Any, book: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = context.get_value_type(types.int64)
            at = builder.add(builder.ptrtoint(arguments[0], word), context.get_constant(types.int64, offset))
            loaded = builder.load(builder.inttoptr(at, word.as_pointer()))
            loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
            return loaded

        return types.int64(book), generate

    fixed: Callable[..., Any] = intrinsic(type_fixed)
    return fixed


book_row = _row_of(BOOK)
_order_row = _row_of(ORDER)
_terms_row = _row_of(ORDER_TERMS)
_level_row = _row_of(LEVEL)
_level_terms_row = _row_of(LEVEL_TERMS)
_word_row = _row_of(WORD)
_entry_row = _row_of(INDEX_ENTRY)
_chain_row = _row_of(CHAIN_ENDS)
_event_row = _row_of(EVENT)
command_row = _row_of(COMMAND)
listed_row = _row_of(RESTING_ORDER)

fixed_orders_at = _fixed("orders_at")
fixed_terms_at = _fixed("terms_at")
fixed_slots = _fixed("slots")
fixed_levels_at = _fixed("levels_at")
fixed_level_terms_at = _fixed("level_terms_at")
fixed_ranks = _fixed("ranks")
fixed_occupied_at = _fixed("occupied_at")
fixed_words = _fixed("words")
fixed_occupied_words_at = _fixed("occupied_words_at")
fixed_groups = _fixed("groups")
fixed_index_at = _fixed("index_at")
fixed_index_mask = _fixed("index_mask")
fixed_index_shift = _fixed("index_shift")
fixed_chains_at = _fixed("chains_at")
fixed_events_at = _fixed("events_at")
fixed_event_rows = _fixed("event_rows")
fixed_levels = _fixed("levels")


@inlined_section
def order_at(b: Any, slot: Any) -> Any:
    """The order in a slot."""
    if slot < 0 or slot >= fixed_slots(b):
        b.torn = 1
        slot = 0
    return _order_row(fixed_orders_at(b), slot)


@inlined_section
def terms_at(b: Any, slot: Any) -> Any:
    """The terms of the order in a slot."""
    if slot < 0 or slot >= fixed_slots(b):
        b.torn = 1
        slot = 0
    return _terms_row(fixed_terms_at(b), slot)


@inlined_section
def level_at(b: Any, ladder: Any, rank: Any) -> Any:
    """A level of a ladder."""
    if ladder < 0 or ladder >= LADDERS or rank < 0 or rank >= fixed_ranks(b):
        b.torn = 1
        ladder, rank = 0, 0
    return _level_row(fixed_levels_at(b), ladder * fixed_ranks(b) + rank)


@inlined_section
def level_terms_at(b: Any, ladder: Any, rank: Any) -> Any:
    """What only icebergs and pegged orders need to know of a level of the book."""
    if ladder < 0 or ladder >= 2 or rank < 0 or rank >= fixed_ranks(b):
        b.torn = 1
        ladder, rank = 0, 0
    return _level_terms_row(fixed_level_terms_at(b), ladder * fixed_ranks(b) + rank)


@inlined_section
def occupied_at(b: Any, ladder: Any, word: Any) -> Any:
    """A word of a ladder's bitmap of occupied levels."""
    if ladder < 0 or ladder >= LADDERS or word < 0 or word >= fixed_words(b):
        b.torn = 1
        ladder, word = 0, 0
    return _word_row(fixed_occupied_at(b), ladder * fixed_words(b) + word)


@inlined_section
def occupied_words_at(b: Any, ladder: Any, group: Any) -> Any:
    """A word of the bitmap of the words that are not zero."""
    if ladder < 0 or ladder >= LADDERS or group < 0 or group >= fixed_groups(b):
        b.torn = 1
        ladder, group = 0, 0
    return _word_row(fixed_occupied_words_at(b), ladder * fixed_groups(b) + group)


@inlined_section
def entry_at(b: Any, probe: Any) -> Any:
    """An entry of the index of ids."""
    if probe < 0 or probe > fixed_index_mask(b):
        b.torn = 1
        probe = 0
    return _entry_row(fixed_index_at(b), probe)


@inlined_section
def chain_at(b: Any, chain: Any) -> Any:
    """The ends of a chain."""
    if chain < 0 or chain >= CHAINS:
        b.torn = 1
        chain = 0
    return _chain_row(fixed_chains_at(b), chain)


@inlined_section
def event_at(b: Any, row: Any) -> Any:
    """A row for an event."""
    if row < 0 or row >= fixed_event_rows(b):
        b.torn = 1
        row = 0
    return _event_row(fixed_events_at(b), row)
