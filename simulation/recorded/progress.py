"""Telling how far a long run has come, and how fast it goes."""

import time
from collections.abc import Callable
from typing import Protocol

BAR_CELLS = 24
REDRAW_S = 0.2
LINE_S = 5.0


class Screen(Protocol):
    """Where progress is shown: a terminal is redrawn, anything else gets a line now and then."""

    def write(self, text: str) -> object:
        """Show this text."""

    def flush(self) -> object:
        """Show it now."""

    def isatty(self) -> bool:
        """Whether a line can be drawn over."""


class Progress:
    """How many of a number of things are done; ``advance`` is cheap to call often."""

    def __init__(
        self, screen: Screen, *, title: str, total: int, unit: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._screen = screen
        self._title, self._total, self._unit = title, total, unit
        self._clock = clock
        self._began_at = self._shown_at = clock()
        self._done = 0

    def advance(self, count: int) -> None:
        """Note that this many more are done."""
        self._done += count
        now = self._clock()
        if now - self._shown_at >= (REDRAW_S if self._screen.isatty() else LINE_S):
            self._show(now, end="" if self._screen.isatty() else "\n")

    def finish(self) -> float:
        """Show the last state; returns the seconds since the start."""
        now = self._clock()
        self._show(now, end="\n")
        return now - self._began_at

    def _show(self, now: float, *, end: str) -> None:
        self._shown_at = now
        share = min(1.0, self._done / self._total) if self._total else 1.0
        cells = int(share * BAR_CELLS)
        seconds = now - self._began_at
        rate = self._done / seconds if seconds > 0 else 0.0
        start = "\r" if self._screen.isatty() else ""
        self._screen.write(
            f"{start}{self._title:<12} [{'#' * cells}{'.' * (BAR_CELLS - cells)}] {share:4.0%}  "
            f"{self._done:,} of {self._total:,} {self._unit}, {rate:,.0f}/s, {seconds:.1f} s{end}"
        )
        self._screen.flush()
