"""The contest: streams, contenders and rounds, and the check that core and rival trade alike."""

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import streams

ORDER_SEED = 11
BOURSE_COMMANDS_MAX = 200_000
GROWTH_COMMANDS_MAX = 200_000

Progress = Callable[[str], None]


class Entry(NamedTuple):
    """A contender: the module and variant of its samples, and how much of a stream it is given."""

    title: str
    module: str
    variant: str
    length_max: int = streams.COMMANDS_MAX


CORE, PLAIN, BOURSE = "core", "plain", "bourse"
ENTRIES = {
    CORE: Entry("core, one batch", "core_book", "whole"),
    "core_1000": Entry("core, batches of 1,000", "core_book", "1000"),
    "core_100": Entry("core, batches of 100", "core_book", "100"),
    "core_10": Entry("core, batches of 10", "core_book", "10"),
    "core_1": Entry("core, batches of 1", "core_book", "1"),
    PLAIN: Entry("pure Python, collector on", "plain_book", "collecting"),
    "plain_gc_off": Entry("pure Python, collector off", "plain_book", "not"),
    BOURSE: Entry("bourse, order by order", "bourse_book", "bourse", BOURSE_COMMANDS_MAX),
}


class DifferentFills(RuntimeError):
    """Core and rival do not trade alike: no figure of such a run means anything."""


@dataclass
class Run:
    """One contender on one stream: the seconds of its samples."""

    stream: str
    entry: str
    length: int
    cpu_s: list[float] = field(default_factory=list)
    state: str = ""

    def figures(self) -> dict[str, float]:
        """Commands per second: median, slowest, fastest."""
        return {
            "commands": self.length,
            "per_s": self.length / statistics.median(self.cpu_s),
            "per_s_min": self.length / max(self.cpu_s),
            "per_s_max": self.length / min(self.cpu_s),
        }


class Contest:
    """A folder with the streams, and the processes that work through them."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str], commands: int, progress: Progress) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._commands = commands
        self._progress = progress
        self.facts: dict[str, dict[str, Any]] = {}
        self.runs: list[Run] = []
        self.bourse_fills_differing: dict[str, int] = {}

    def enter(self, stream: str, *entries: str) -> None:
        """Make a stream, to be worked through by these contenders."""
        self._progress(f"making the stream: {stream}")
        length = min(self._commands, GROWTH_COMMANDS_MAX) if stream in streams.RESTING else self._commands
        self.facts[stream] = self._asked("streams", stream, length, self._stream_file(stream))
        self.runs += [Run(stream, entry, min(length, ENTRIES[entry].length_max)) for entry in entries]

    def hold(self, rounds: int) -> None:
        """Let all of them run once a round, in an order drawn anew.

        Raises DifferentFills when core and pure Python do not trade alike.
        """
        chance = random.Random(ORDER_SEED)
        for number in range(1, rounds + 1):
            for place, run in enumerate(chance.sample(self.runs, len(self.runs)), start=1):
                title = ENTRIES[run.entry].title
                self._progress(f"round {number} of {rounds}, {place} of {len(self.runs)}: {run.stream}: {title}")
                self._take(run)
            self._compare()

    def of_stream(self, stream: str) -> dict[str, Run]:
        """The runs on a stream, by contender."""
        return {run.entry: run for run in self.runs if run.stream == stream}

    def _take(self, run: Run) -> None:
        entry, head = ENTRIES[run.entry], self.facts[run.stream]["head"]
        told = self._asked(
            entry.module,
            entry.variant,
            self._stream_file(run.stream),
            head + run.length,
            head,
            self._fills_file(run.stream, run.entry),
        )
        run.cpu_s.append(told["cpu_s"])
        if run.state not in ("", told["state"]):
            raise DifferentFills(f"{run.stream}: {entry.title}: two samples ended with different books")
        run.state = told["state"]

    def _compare(self) -> None:
        for stream in self.facts:
            runs = self.of_stream(stream)
            states = {run.state for name, run in runs.items() if name.startswith(CORE)}
            if len(states) > 1:
                raise DifferentFills(f"{stream}: the core's book depends on how the stream is cut into batches")
            if PLAIN in runs:
                insist_on_equal(self._fills(stream, CORE), self._fills(stream, PLAIN), stream=stream)
            if BOURSE in runs:
                prefix, theirs = self._fills(stream, CORE), self._fills(stream, BOURSE)
                self.bourse_fills_differing[stream] = differing(prefix, theirs)

    def _fills(self, stream: str, entry: str) -> NDArray[np.int64]:
        fills: NDArray[np.int64] = np.load(self._fills_file(stream, entry))
        return fills

    def _fills_file(self, stream: str, entry: str) -> Path:
        return self._folder / f"{stream}-{entry}-fills.npy"

    def _stream_file(self, stream: str) -> Path:
        return self._folder / f"{stream}.npy"

    def _asked(self, module: str, *arguments: object) -> dict[str, Any]:
        """What a fresh process of this package prints."""
        command = [sys.executable, "-m", f"benchmarks.matching.{module}", *map(str, arguments)]
        answer = subprocess.run(command, env=self._environment, stdout=subprocess.PIPE, check=True, text=True)
        told: dict[str, Any] = json.loads(answer.stdout)
        return told


def insist_on_equal(ours: NDArray[np.int64], theirs: NDArray[np.int64], *, stream: str) -> None:
    """Raise DifferentFills, and say where they part, unless both have the same fills in the same order."""
    if np.array_equal(ours, theirs):
        return
    length = min(len(ours), len(theirs))
    unlike = np.flatnonzero((ours[:length] != theirs[:length]).any(axis=1))
    place = int(unlike[0]) if len(unlike) else length
    raise DifferentFills(
        f"{stream}: the core has {len(ours):,} fills and pure Python {len(theirs):,}; they part at fill {place:,}: "
        f"{ours[place : place + 1].tolist()} and {theirs[place : place + 1].tolist()}"
    )


def differing(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> int:
    """Of the fills of a prefix of the stream, how many are not ours in their very place."""
    length = min(len(ours), len(theirs))
    return len(theirs) - int((ours[:length] == theirs[:length]).all(axis=1).sum())
