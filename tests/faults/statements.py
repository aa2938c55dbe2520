"""Doing something right before the n-th statement of a piece of work, whichever statement that is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import redis
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
def counted(nth: int, act: Callable[[], object], *, asks_redis_too: bool = False) -> Iterator[Statements]:
    """Count the block's statements on this thread's connection, if asked also those for Redis; act before the n-th."""
    statements = Statements(nth, act)
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(statements.wrap))
        for name in ("writing", "read"):
            stack.enter_context(_noted(binary_copy, name, statements))
        if asks_redis_too:
            stack.enter_context(_noted(redis.Redis, "execute_command", statements))
        yield statements


@contextmanager
def _noted(owner: Any, name: str, statements: Statements) -> Iterator[None]:
    genuine = getattr(owner, name)

    def noted(*arguments: Any, **options: Any) -> Any:
        # In a pipeline rows go as a statement, which Django counts.
        if owner is not binary_copy or not is_pipelined():
            statements.note()
        return genuine(*arguments, **options)

    setattr(owner, name, noted)
    try:
        yield
    finally:
        setattr(owner, name, genuine)
