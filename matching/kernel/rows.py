"""Rows of a book's arrays, by their numbers.

Compiled code hands around nothing but the book's own record, which knows where each array lies and how long it is:
handing arrays from function to function makes the compiler slow and the code too. A number out of bounds marks the book
as torn and ends the function at hand, instead of reading or writing somewhere else.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from matching.kernel.arrays import (
    BOOK,
    CHAIN_ENDS,
    CHAINS,
    EVENT_IN_WORDS,
    INDEX_ENTRY,
    LADDER,
    LADDERS,
    LEVEL,
    LEVEL_TERMS,
    ORDER,
    ORDER_TERMS,
    WORD,
)
from matching.kernel.compiling import intrinsic_of, records
from matching.kernel.fields import field_name, row_type, touches_only
from matching.layout import COMMAND, RESTING_ORDER


def _row_of(dtype: Any) -> Callable[..., Any]:
    """The record of a dtype at an address plus a number of its lengths, unchecked."""
    record = row_type(dtype)

    def type_row(typing_context: Any, address: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            start, number = arguments
            offset = builder.mul(number, context.get_constant(types.int64, dtype.itemsize))
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(record))

        return record(types.int64, types.int64), generate

    row: Callable[..., Any] = intrinsic(type_row)
    return row


def _offset(field: str) -> int:
    assert BOOK.fields is not None, "a record has fields"
    return int(BOOK.fields[field][1])


def fixed_number(context: Any, builder: Any, book_at: Any, field: str) -> Any:
    """Read a number of the book's record that stays as it is while the kernel runs.

    Saying so spares the compiler reading it again after every write to somewhere else.
    """
    word = context.get_value_type(types.int64)
    at = builder.add(book_at, context.get_constant(types.int64, _offset(field)))
    loaded = builder.load(builder.inttoptr(at, word.as_pointer()))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def _fixed(field: str) -> Callable[..., Any]:
    def type_fixed(typing_context: Any, book: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            book_at = builder.ptrtoint(arguments[0], context.get_value_type(types.int64))
            return fixed_number(context, builder, book_at, field)

        return types.int64(book), generate

    fixed: Callable[..., Any] = intrinsic(type_fixed)
    return fixed


assert COMMAND.fields is not None, "a record has fields"
TERMS_OF_ORDERS = int(COMMAND.fields["exec_inst"][1]), int(COMMAND.fields["contingency_type"][1])
"""Where in a command the terms of new orders begin, and where those in whole words end."""


def _type_says_terms(typing_context: Any, command: Any) -> Any:
    """Whether any of a command's terms is not zero, word by word."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.int64)
        start = builder.ptrtoint(arguments[0], word)
        said = context.get_constant(types.int64, 0)
        for offset in range(*TERMS_OF_ORDERS, 8):
            at = builder.add(start, context.get_constant(types.int64, offset))
            said = builder.or_(said, builder.load(builder.inttoptr(at, word.as_pointer())))
        return builder.icmp_unsigned("!=", said, context.get_constant(types.int64, 0))

    return types.boolean(command), generate


says_terms: Callable[..., Any] = intrinsic(_type_says_terms)

TORN = field_name(row_type(BOOK), "torn")
book_row = _row_of(BOOK)
command_row = _row_of(COMMAND)
listed_row = _row_of(RESTING_ORDER)
records.update(b=book_row, command=command_row, listed=listed_row)

fixed_index_shift = _fixed("index_shift")
fixed_levels = _fixed("levels")


COUNTING = False
"""Whether sections compiled from now on count the rows that they touch, for tests of how much work a command is."""


def _count_touch(context: Any, builder: Any, book_at: Any) -> None:
    at = builder.add(book_at, context.get_constant(types.int64, _offset("touched")))
    place = builder.inttoptr(at, context.get_value_type(types.int64).as_pointer())
    builder.store(builder.add(builder.load(place), context.get_constant(types.int64, 1)), place)


def _give_up(context: Any, builder: Any, book_at: Any) -> None:
    """Mark the book as torn and leave the function at hand, which gives 0."""
    word = context.get_value_type(types.int64)
    torn = builder.inttoptr(builder.add(book_at, context.get_constant(types.int64, _offset("torn"))), word.as_pointer())
    touches_only(builder, builder.store(context.get_constant(types.int64, 1), torn), TORN)
    given = builder.function.args[0].type.pointee
    context.call_conv.return_value(builder, ir.Constant(given, None))


def _row_in_bounds(dtype: Any, at: str, *lengths: str | int) -> Callable[..., Any]:
    """The record in an array of the book, by one number for each dimension; each is checked."""
    record = row_type(dtype)

    def type_row(typing_context: Any, book: Any, *numbers: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = context.get_value_type(types.int64)
            book_at = builder.ptrtoint(arguments[0], word)
            places = [
                context.cast(builder, number, its_type, types.int64)
                for number, its_type in zip(arguments[1:], signature.args[1:], strict=True)
            ]
            sizes = [
                fixed_number(context, builder, book_at, length)
                if isinstance(length, str)
                else context.get_constant(types.int64, length)
                for length in lengths
            ]
            is_inside = builder.icmp_unsigned("<", places[0], sizes[0])
            for place, size in zip(places[1:], sizes[1:], strict=True):
                is_inside = builder.and_(is_inside, builder.icmp_unsigned("<", place, size))
            with builder.if_then(builder.not_(is_inside), likely=False):
                _give_up(context, builder, book_at)
            number = places[0]
            for place, size in zip(places[1:], sizes[1:], strict=True):
                number = builder.add(builder.mul(number, size), place)
            offset = builder.mul(number, context.get_constant(types.int64, dtype.itemsize))
            start = fixed_number(context, builder, book_at, at)
            if COUNTING:
                _count_touch(context, builder, book_at)
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(record))

        return record(book, *numbers), generate

    return intrinsic_of(type_row, arguments=1 + len(lengths))


order_at = _row_in_bounds(ORDER, "orders_at", "slots")
terms_at = _row_in_bounds(ORDER_TERMS, "terms_at", "slots")
ladder_at = _row_in_bounds(LADDER, "ladders_at", LADDERS)
level_at = _row_in_bounds(LEVEL, "levels_at", LADDERS, "ranks")
level_terms_at = _row_in_bounds(LEVEL_TERMS, "level_terms_at", 2, "ranks")
occupied_at = _row_in_bounds(WORD, "occupied_at", LADDERS, "words")
occupied_words_at = _row_in_bounds(WORD, "occupied_words_at", LADDERS, "groups")
entry_at = _row_in_bounds(INDEX_ENTRY, "index_at", "index_size")
chain_at = _row_in_bounds(CHAIN_ENDS, "chains_at", CHAINS)
event_at = _row_in_bounds(EVENT_IN_WORDS, "events_at", "event_rows")
