"""The work of a command does not grow with the book."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEW, MANY = "1000", "100000"
BUSIEST_ROWS_MAX = 60


@pytest.mark.timeout(240)
def test_a_command_touches_no_more_rows_in_a_book_of_a_hundred_times_as_many_orders(tmp_path: Path):
    # Rows are counted where the source says so, however well the compiler does its work.
    compiled_quickly = {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_OPT": "0"}
    counted = subprocess.run(
        [sys.executable, "-m", "tests.matching.counting", FEW, MANY],
        check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ | compiled_quickly,
    )  # fmt: skip
    work = json.loads(counted.stdout)
    for kind in ("new", "replace", "cancel", "trade"):
        (few, _), (many, busiest) = work[FEW][kind], work[MANY][kind]
        assert 0 < many <= few * 1.25, f"{kind}: {few} rows among few orders, {many} among many"
        assert busiest <= BUSIEST_ROWS_MAX, f"{kind}: {busiest} rows"
