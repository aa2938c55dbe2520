"""Running the laws: all of them over everything, or for some seconds over what is newest and a part that wanders."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from market.auditing.law import Found, Law
from market.selectors import books
from vocabulary import limits

GOLDEN = 0.618033988749895
"""Multiples of it, their whole part left out, fall evenly over everything however many are taken."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a law found."""

    law: Law
    found: Found


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found, and at which version each book stood when it began."""

    book_versions: dict[str, int]
    verdicts: list[Verdict]

    @property
    def broken(self) -> list[Verdict]:
        """The laws that do not hold."""
        return [verdict for verdict in self.verdicts if verdict.found.differing]


Progress = Callable[[Law], None]


def everything(laws: Sequence[Law], *, on_law: Progress | None = None) -> Report:
    """Check the laws over all rows. Trading may go on: each piece is read as it was at one moment."""
    report = Report(_book_versions(), [])
    for law in laws:
        if on_law is not None:
            on_law(law)
        report.verdicts.append(Verdict(law, sum((law.look(piece) for piece in law.pieces()), Found())))
    return report


def sample(laws: Sequence[Law], *, turn: int, budget_ms: int = limits.AUDIT_SAMPLE_MS) -> Report:
    """Check the laws over their newest rows and over a part that wanders with ``turn``, the number of the sample.

    Once the budget is spent it begins no further law; the next sample begins behind the last one that was checked.
    """
    deadline = time.monotonic() + budget_ms / 1000
    report = Report(_book_versions(), [])
    first = turn % len(laws)
    for law in [*laws[first:], *laws[:first]]:
        if time.monotonic() >= deadline:
            break
        pieces = law.some_pieces(turn * GOLDEN % 1)
        report.verdicts.append(Verdict(law, sum((law.look(piece) for piece in pieces), Found())))
    return report


def _book_versions() -> dict[str, int]:
    return {state.symbol: state.command_seq for state in books.states()}
