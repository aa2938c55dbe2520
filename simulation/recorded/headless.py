"""Playing a script into the core itself, without an exchange around it."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

import matching
from simulation.recorded import happenings
from simulation.recorded.script import Script


def play(script: Script, *, batches: Iterable[slice], report: Callable[[int], None]) -> NDArray[np.void]:
    """Apply a script's commands to a fresh book, batch by batch, and return what happened."""
    book = script.new_book()
    given: list[matching.Records] = []
    for batch in batches:
        given.append(matching.apply(book, script.commands[batch]))
        report(batch.stop - batch.start)
    return happenings.of_events(np.concatenate(given))
