"""Lengths as bars of blocks, an eighth of a character precise."""

from collections.abc import Sequence
from decimal import Decimal

EIGHTHS_ACROSS = " ▏▎▍▌▋▊▉█"
EIGHTHS_UP = " ▁▂▃▄▅▆▇█"


def bars(values: Sequence[Decimal], *, width: int) -> list[str]:
    """A bar for each value, the greatest ``width`` characters long."""
    greatest = max(values, default=Decimal(0))
    return [bar(value, greatest=greatest, width=width) for value in values]


def bar(value: Decimal, *, greatest: Decimal, width: int) -> str:
    """One bar from the left: ``width`` characters for the greatest value, something for whatever is not nothing."""
    if value <= 0 or greatest <= 0:
        return ""
    eighths = max(1, min(width * 8, int(value * width * 8 / greatest)))
    whole, part = divmod(eighths, 8)
    return "█" * whole + (EIGHTHS_ACROSS[part] if part else "")


def columns(values: Sequence[Decimal]) -> str:
    """A column one character high for each value, the greatest a full block; a blank for nothing."""
    greatest = max(values, default=Decimal(0))
    if greatest <= 0:
        return " " * len(values)
    return "".join(EIGHTHS_UP[max(1, int(value * 8 / greatest))] if value > 0 else " " for value in values)
