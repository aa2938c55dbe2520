"""Fields of rows, read and written so that the compiler knows which of them can be the same.

Rows of an array begin at multiples of their length, and no two arrays overlap. So a field can be touched by itself
only, in whichever row. Saying so, in LLVM's terms each field has a type of its own, lets the compiler keep a number at
hand while other fields are written, which is most of what the kernel does.
"""

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_record_member
from numba.core.datamodel.models import RecordModel
from numba.core.datamodel.registry import register_default
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic

ROOT = "matching"


class Row(types.Record):
    """A record whose fields are whole numbers and overlap with nothing else."""


def row_type(dtype: Any) -> Row:
    """The compiler's type for rows of a dtype."""
    record = numba.from_dtype(dtype)
    assert record.aligned
    assert all(isinstance(record.typeof(name), types.Integer) for name in record.fields)
    fields: Any = [(name, {"type": record.typeof(name), "offset": record.offset(name)}) for name in record.fields]
    return Row(fields, record.size, record.aligned)


def touches_only(builder: Any, instruction: Any, name: str) -> Any:
    """Tell the compiler that an instruction touches memory of this name and nothing else; the instruction."""
    module = builder.module
    root = module.add_metadata([ir.MetaDataString(module, ROOT)])
    zero = ir.Constant(ir.IntType(64), 0)
    alone = module.add_metadata([ir.MetaDataString(module, name), root, zero])
    instruction.set_metadata("tbaa", module.add_metadata([alone, alone, zero]))
    return instruction


def field_name(row: Row, name: str) -> str:
    """What the memory of a field is called."""
    return f"{name} of {row.size}: {','.join(row.fields)}"


register_default(Row)(RecordModel)


def _place(context: Any, builder: Any, row: Row, value: Any, name: str) -> Any:
    word = context.get_data_type(row.typeof(name))
    return get_record_member(builder, value, row.offset(name), word)  # type: ignore[no-untyped-call]


@lower_getattr_generic(Row)  # type: ignore[no-untyped-call]
def _read(context: Any, builder: Any, row: Any, value: Any, name: str) -> Any:
    return touches_only(builder, builder.load(_place(context, builder, row, value, name)), field_name(row, name))


@lower_setattr_generic(Row)  # type: ignore[no-untyped-call]
def _write(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    row, given = signature.args
    number = context.cast(builder, arguments[1], given, row.typeof(name))
    place = _place(context, builder, row, arguments[0], name)
    touches_only(builder, builder.store(number, place), field_name(row, name))
