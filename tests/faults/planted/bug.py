"""What a planted bug is, and how it is found: by a driver or a promise's test that fails because of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from launch.options import PROJECT
from tests.faults import drivers
from tests.faults.laboratory import Laboratory
from tests.faults.verdict import Broken
from tests.plugins.planted_bug import NAMED_BY

A_TEST_FAILED = 1
SEED = 7

Finder = Callable[[Laboratory, str], None]


class PlantedBug(NamedTuple):
    """A mistake that somebody could make in the product, made on purpose in a process of a test alone.

    ``plant`` makes it in this process. ``finder`` must raise Broken with the bug, in words that ``says`` matches, and
    must not without it.
    """

    name: str
    breaks: str
    promise: str
    plant: Callable[[], None]
    finder: Finder
    found_by: str
    says: str


def driver(name: str, *, times: int) -> tuple[Finder, str]:
    """Found by a driver of this name in so many faults."""
    (named,) = (driver for driver in drivers.ALL if driver.name == name)

    def find(premises: Laboratory, bug: str) -> None:
        drivers.carry_out(named, premises, seed=SEED, times=times, bug=bug)

    return find, f"driver: {name}"


def promise_test(where: str) -> tuple[Finder, str]:
    """Found by a test of the ordinary suite, run by a pytest of its own that has the bug."""

    def find(premises: Laboratory, bug: str) -> None:
        ended = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-p",
                "no:cacheprovider",
                "-p",
                "tests.plugins.planted_bug",
                where,
            ],
            check=False,
            cwd=PROJECT,
            env={**os.environ, **premises.environment(), NAMED_BY: bug, "MARKETOPS_NIGHTLY": ""},
            capture_output=True,
            text=True,
        )
        if ended.returncode == A_TEST_FAILED:
            raise Broken(ended.stdout[-4000:])
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]

    return find, f"test: {where}"
