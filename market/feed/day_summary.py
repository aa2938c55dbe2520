"""High, low and volume of the last 24 hours, rolling by the minute."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

MINUTE_US = 60_000_000
MINUTES_KEPT = 24 * 60


class Minute(NamedTuple):
    """What traded in one minute, counted from 1970."""

    number: int
    high_ticks: int
    low_ticks: int
    volume_lots: int


class DayFigures(NamedTuple):
    """What traded in a day; high and low are None when nothing did."""

    high_ticks: int | None
    low_ticks: int | None
    volume_lots: int


class DaySummary:
    """Trades summed by minute, so that a day of any trading fits in 1,440 rows and old ones leave by themselves."""

    def __init__(self, minutes: Iterable[Minute]) -> None:
        """Begin with earlier minutes, oldest first."""
        self._minutes: deque[Minute] = deque(minutes)
        self._figures: DayFigures | None = None

    def add(self, *, executed_us: int, price_ticks: int, quantity_lots: int) -> None:
        """Count a trade; trades come in their order."""
        number = executed_us // MINUTE_US
        trade = Minute(number, price_ticks, price_ticks, quantity_lots)
        if self._minutes and self._minutes[-1].number >= number:
            self._minutes.append(_together(self._minutes.pop(), trade))
        else:
            self._minutes.append(trade)
        if self._figures is not None:
            self._figures = _including(self._figures, trade)

    def figures(self, *, now_us: int) -> DayFigures:
        """The figures of the day that ends now."""
        while self._minutes and self._minutes[0].number <= now_us // MINUTE_US - MINUTES_KEPT:
            self._minutes.popleft()
            self._figures = None
        if self._figures is None:
            self._figures = DayFigures(None, None, 0)
            for minute in self._minutes:
                self._figures = _including(self._figures, minute)
        return self._figures


def _together(one: Minute, other: Minute) -> Minute:
    return Minute(
        one.number,
        max(one.high_ticks, other.high_ticks),
        min(one.low_ticks, other.low_ticks),
        one.volume_lots + other.volume_lots,
    )


def _including(figures: DayFigures, minute: Minute) -> DayFigures:
    return DayFigures(
        minute.high_ticks if figures.high_ticks is None else max(figures.high_ticks, minute.high_ticks),
        minute.low_ticks if figures.low_ticks is None else min(figures.low_ticks, minute.low_ticks),
        figures.volume_lots + minute.volume_lots,
    )
