"""The kernel's constants, its one compiled form and the cache it is kept in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from matching import COMMAND, EVENT, RESTING_ORDER, Book, EventKind, apply, kernel
from tests.matching.drawing import buy, sell
from vocabulary.orders import ExecType

ROOT = Path(__file__).parents[2]


def test_event_kinds_are_exec_types_and_what_happens_to_a_book():
    of_books = {EventKind.PHASE_CHANGED, EventKind.RULES_CHANGED, EventKind.MASS_ACTION_DONE}
    assert {kind.name: kind.value for kind in ExecType} == {
        kind.name: kind.value for kind in EventKind if kind not in of_books
    }


SHOW_DIGEST = """
import sys
sys.path.insert(0, sys.argv[1])
from matching.kernel import compiling
print(compiling.cache_folder().name)
"""


def folder_of(source: Path, tmp_path: Path) -> str:
    shown = subprocess.run(
        [sys.executable, "-c", SHOW_DIGEST, str(source)],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": ""},
    )  # fmt: skip
    return shown.stdout


def test_an_edit_of_any_rule_never_meets_a_kernel_compiled_before(tmp_path: Path):
    for room in ("matching", "vocabulary"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    before = folder_of(tmp_path, tmp_path)
    assert before == folder_of(tmp_path, tmp_path)
    for edited in ("matching/kernel/stops.py", "vocabulary/limits.py"):
        path = tmp_path / edited
        path.write_text(path.read_text().replace("ICEBERG_SLICES_MAX = 100", "ICEBERG_SLICES_MAX = 99") + "# edited\n")
        after = folder_of(tmp_path, tmp_path)
        assert after != before
        before = after


def test_however_the_commands_lie_in_memory_the_kernel_is_compiled_once():
    plain = np.concatenate([sell("A", 10, at=100), buy("B", 4, at=100)])
    read_only = plain.copy()
    read_only.flags.writeable = False
    packed = np.dtype([(name, COMMAND[name]) for name in COMMAND.names or ()])
    forms = [plain, read_only, np.repeat(plain, 2)[::2], plain.astype(COMMAND.newbyteorder(">")), plain.astype(packed)]
    answers = {apply(Book.create(base_ticks=1, levels=200), form).tobytes() for form in forms}
    assert len(answers) == 1
    single = {apply(Book.create(base_ticks=1, levels=200), form[:1]).tobytes() for form in forms}
    assert len(single) == 1
    assert len(kernel.run.signatures) == len(kernel.run_single.signatures) == 1


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
