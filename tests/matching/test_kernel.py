"""The kernel's constants, its one compiled form and the cache it is kept in."""

import ast
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest

from matching import COMMAND, EVENT, NO_PRICE, RESTING_ORDER, Book, CommandKind, EventKind, apply, kernel
from tests.matching.drawing import buy, sell
from vocabulary import limits
from vocabulary.orders import ExecType, LiquiditySide, OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

UNDERSTOOD = [CommandKind, Side, OrdType, TimeInForce, TradingPhase, LiquiditySide]


@pytest.mark.parametrize("words", [*UNDERSTOOD, EventKind, RejectReason])
def test_the_kernels_numbers_are_the_vocabularys(words: type[IntEnum]):
    shared = {word.name: word.value for word in words if hasattr(kernel, word.name)}
    assert shared
    assert shared == {name: getattr(kernel, name) for name in shared}


@pytest.mark.parametrize("words", UNDERSTOOD)
def test_the_kernel_knows_every_word_that_a_command_may_use(words: type[IntEnum]):
    assert [word.name for word in words if not hasattr(kernel, word.name)] == []


def test_the_kernels_limits_are_the_vocabularys():
    assert (kernel.NO_PRICE, kernel.ORDER_QTY_LOTS_MAX) == (NO_PRICE, limits.ORDER_QTY_LOTS_MAX)


def test_event_kinds_are_exec_types_and_phase_changes():
    assert {kind.name: kind.value for kind in ExecType} == {
        kind.name: kind.value for kind in EventKind if kind is not EventKind.PHASE_CHANGED
    }


def test_the_kernel_is_one_file_so_that_an_edit_never_meets_a_stale_cache():
    tree = ast.parse(Path(kernel.__file__).read_text())
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"typing", "numpy", "numba", "numba.extending"}


def test_however_the_commands_lie_in_memory_the_kernel_is_compiled_once():
    plain = np.concatenate([sell("A", 10, at=100), buy("B", 4, at=100)])
    read_only = plain.copy()
    read_only.flags.writeable = False
    packed = np.dtype([(name, COMMAND[name]) for name in COMMAND.names or ()])
    forms = [plain, read_only, np.repeat(plain, 2)[::2], plain.astype(COMMAND.newbyteorder(">")), plain.astype(packed)]
    answers = {apply(Book.create(base_ticks=1, levels=200), form).tobytes() for form in forms}
    assert len(answers) == 1
    assert len(kernel.run.signatures) == 1


def test_commands_of_other_fields_or_wider_numbers_are_a_callers_error():
    book = Book.create(base_ticks=1, levels=200)
    with pytest.raises(TypeError, match="fields"):
        apply(book, np.zeros(1, dtype=EVENT))
    floating = np.dtype([(name, "<f8" if name == "price_ticks" else COMMAND[name]) for name in COMMAND.names or ()])
    with pytest.raises(TypeError):
        apply(book, np.zeros(1, dtype=floating))
    assert book.command_seq == 0


@pytest.mark.parametrize(("dtype", "itemsize"), [(COMMAND, 120), (EVENT, 112), (RESTING_ORDER, 144)])
def test_records_have_no_padding(dtype: np.dtype, itemsize: int):
    assert dtype.itemsize == itemsize == sum(dtype[name].itemsize for name in dtype.names or ())
