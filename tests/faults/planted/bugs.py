"""Bugs that can be planted into a process of the laboratory, so that the tests can show that they notice."""

from collections.abc import Callable

BUGS: dict[str, Callable[[], None]] = {}


def plant(name: str) -> None:
    """Plant a bug into this process by its name; an empty name plants none."""
    if name:
        BUGS[name]()
