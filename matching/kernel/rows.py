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


@inlined_section
def order_at(b: Any, slot: Any) -> Any:
    """The order in a slot."""
    if slot < 0 or slot >= b.slots:
        b.torn = 1
        slot = 0
    return _order_row(b.orders_at, slot)


@inlined_section
def terms_at(b: Any, slot: Any) -> Any:
    """The terms of the order in a slot."""
    if slot < 0 or slot >= b.slots:
        b.torn = 1
        slot = 0
    return _terms_row(b.terms_at, slot)


@inlined_section
def level_at(b: Any, ladder: Any, rank: Any) -> Any:
    """A level of a ladder."""
    if ladder < 0 or ladder >= LADDERS or rank < 0 or rank >= b.ranks:
        b.torn = 1
        ladder, rank = 0, 0
    return _level_row(b.levels_at, ladder * b.ranks + rank)


@inlined_section
def level_terms_at(b: Any, ladder: Any, rank: Any) -> Any:
    """What only icebergs and pegged orders need to know of a level of the book."""
    if ladder < 0 or ladder >= 2 or rank < 0 or rank >= b.ranks:
        b.torn = 1
        ladder, rank = 0, 0
    return _level_terms_row(b.level_terms_at, ladder * b.ranks + rank)


@inlined_section
def occupied_at(b: Any, ladder: Any, word: Any) -> Any:
    """A word of a ladder's bitmap of occupied levels."""
    if ladder < 0 or ladder >= LADDERS or word < 0 or word >= b.words:
        b.torn = 1
        ladder, word = 0, 0
    return _word_row(b.occupied_at, ladder * b.words + word)


@inlined_section
def occupied_words_at(b: Any, ladder: Any, group: Any) -> Any:
    """A word of the bitmap of the words that are not zero."""
    if ladder < 0 or ladder >= LADDERS or group < 0 or group >= b.groups:
        b.torn = 1
        ladder, group = 0, 0
    return _word_row(b.occupied_words_at, ladder * b.groups + group)


@inlined_section
def entry_at(b: Any, probe: Any) -> Any:
    """An entry of the index of ids."""
    if probe < 0 or probe > b.index_mask:
        b.torn = 1
        probe = 0
    return _entry_row(b.index_at, probe)


@inlined_section
def chain_at(b: Any, chain: Any) -> Any:
    """The ends of a chain."""
    if chain < 0 or chain >= CHAINS:
        b.torn = 1
        chain = 0
    return _chain_row(b.chains_at, chain)


@inlined_section
def event_at(b: Any, row: Any) -> Any:
    """A row for an event."""
    if row < 0 or row >= b.event_rows:
        b.torn = 1
        row = 0
    return _event_row(b.events_at, row)
