"""Doing something right before the n-th database statement of a piece of work, whichever statement that is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from market import binary_copy
from market.pipelining import is_pipelined


class Statements:
    """Counts statements, COPY included; before the ``nth`` it calls ``act``, once. 0 only counts."""

    def __init__(self, nth: int, act: Callable[[], object]) -> None:
        self._nth = nth
        self._act = act
        self.count = 0

    def note(self) -> None:
        """A statement is about to be sent."""
        self.count += 1
        if self.count == self._nth:
            self._act()

    def wrap(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """What Django calls in the place of each statement."""
        self.note()
        return execute(sql, params, many, context)


@contextmanager
def counted(nth: int, act: Callable[[], object]) -> Iterator[Statements]:
    """Count the statements of the block on this thread's connection and act before the n-th."""
    statements = Statements(nth, act)
    copies = {name: getattr(binary_copy, name) for name in ("writing", "read")}
    for name, copy in copies.items():
        setattr(binary_copy, name, _noted(copy, statements))
    try:
        with connection.execute_wrapper(statements.wrap):
            yield statements
    finally:
        for name, copy in copies.items():
            setattr(binary_copy, name, copy)


def _noted(copy: Callable[..., Any], statements: Statements) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        # In a pipeline rows go as a statement, which Django counts.
        if not is_pipelined():
            statements.note()
        return copy(*arguments, **named)

    return noted
