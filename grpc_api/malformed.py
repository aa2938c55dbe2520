"""What is wrong with a request before the exchange has looked at it."""

from collections.abc import Sequence
from typing import NamedTuple


class Violation(NamedTuple):
    """One field that cannot be read. ``field`` is empty when it is the whole message."""

    field: str
    code: str
    detail: str


class MalformedRequest(Exception):
    """The request cannot be read; nothing was done."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        first = violations[0]
        super().__init__(f"{first.field}: {first.detail}" if first.field else first.detail)
        self.violations = violations
