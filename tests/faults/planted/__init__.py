"""Bugs made on purpose, each in processes of a test alone, that the suite must find: who plants none knows nothing.

A bug is a patch of the right function (``in_intake``, ``in_matcher``, ``elsewhere``); the register says which promise
it breaks, and which driver or test finds it in which words.
"""

from tests.faults.planted.register import REGISTER

__all__ = ["REGISTER", "plant"]


def plant(name: str) -> None:
    """Make this process have a bug; none when no name is given."""
    if name:
        (bug,) = (bug for bug in REGISTER if bug.name == name)
        bug.plant()
