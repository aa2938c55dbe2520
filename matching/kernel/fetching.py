"""Asking the processor for rows before they are needed, so that nothing waits for memory when their turn comes."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from matching.kernel.arrays import INDEX_ENTRY, LEVEL, ORDER
from matching.kernel.fields import touches_only
from matching.kernel.rows import fixed_number
from matching.layout import COMMAND, EVENT

CACHE_LINE = 64


def _fetch(builder: Any, place: Any, *, to_write: bool) -> None:
    """Ask the processor for the cache line at an address; an address that is nobody's is no fault."""
    byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
    fetch = get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")  # type: ignore[no-untyped-call]
    stays, is_data = 3, 1
    fetched = builder.call(
        fetch, [builder.inttoptr(place, byte), number(int(to_write)), number(stays), number(is_data)]
    )
    touches_only(builder, fetched, "fetched ahead")


def _fetches_row(dtype: Any, at: str, *, to_write: bool = False) -> Callable[..., Any]:
    """Asks for a row of one of the book's arrays, by a number that nobody checks."""

    def type_fetch(typing_context: Any, book: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            book_at = builder.ptrtoint(arguments[0], context.get_value_type(types.int64))
            number = context.cast(builder, arguments[1], signature.args[1], types.int64)
            offset = builder.mul(number, context.get_constant(types.int64, dtype.itemsize))
            start = builder.add(fixed_number(context, builder, book_at, at), offset)
            for line in range(0, dtype.itemsize, CACHE_LINE):
                _fetch(builder, builder.add(start, context.get_constant(types.int64, line)), to_write=to_write)
            return context.get_constant(types.int64, 0)

        return types.int64(book, number), generate

    fetch: Callable[..., Any] = intrinsic(type_fetch)
    return fetch


def _type_fetch_command(typing_context: Any, command: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = builder.ptrtoint(arguments[0], context.get_value_type(types.int64))
        for line in range(0, COMMAND.itemsize, CACHE_LINE):
            _fetch(builder, builder.add(start, context.get_constant(types.int64, line)), to_write=False)
        return context.get_constant(types.int64, 0)

    return types.int64(command), generate


fetch_command: Callable[..., Any] = intrinsic(_type_fetch_command)
fetch_entry = _fetches_row(INDEX_ENTRY, "index_at")
fetch_order = _fetches_row(ORDER, "orders_at")
fetch_level = _fetches_row(LEVEL, "levels_at")
fetch_event = _fetches_row(EVENT, "events_at", to_write=True)
