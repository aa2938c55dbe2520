"""Small pictures drawn on the server: bars and lines as SVG paths, so that they are there without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 640, 160
GAP = 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    title: str


def bars(values: Sequence[tuple[Decimal, str]]) -> list[Bar]:
    """The values as bars side by side, the largest as high as the picture."""
    if not values:
        return []
    most = max(value for value, _ in values) or Decimal(1)
    step = WIDTH / len(values)
    found = []
    for place, (value, title) in enumerate(values):
        height = float(value / most) * HEIGHT
        found.append(
            Bar(round(place * step, 2), round(HEIGHT - height, 2), round(step * (1 - GAP), 2), round(height, 2), title)
        )
    return found


def line(values: Sequence[Decimal], *, low: Decimal, high: Decimal) -> str:
    """The values from left to right as the path of a line, ``low`` at the bottom and ``high`` at the top."""
    if len(values) < 2:
        return ""
    reach = high - low or Decimal(1)
    step = WIDTH / (len(values) - 1)
    points = (
        f"{place * step:.1f},{HEIGHT - float((value - low) / reach) * HEIGHT:.1f}" for place, value in enumerate(values)
    )
    return "M" + "L".join(points)
