"""Colours and marks. A colour never says anything that a sign or a word beside it does not say too."""

from decimal import Decimal

from vocabulary.orders import Side

UP = "green"
DOWN = "red"
UP_BAR = "dark_green"
DOWN_BAR = "dark_red"
DIM = "dim"
STRONG = "bold"
ALARM = "bold white on red"
RISEN, FALLEN, UNMOVED = "▲", "▼", "■"

OF_WORD = {
    "HALTED": "bold red",
    "CONTINUOUS": "green",
    "BUY": UP,
    "SELL": DOWN,
    "REJECTED": "red",
    "FILLED": "green",
}


def of_side(side: Side | None) -> str:
    """The colour of buyers or of sellers; none for an auction's trade, in which nobody crossed the spread."""
    if side is None:
        return ""
    return UP if side is Side.BUY else DOWN


def of_change(change: Decimal | None) -> str:
    """The colour of a move."""
    return "" if not change else UP if change > 0 else DOWN


def mark_of_side(side: Side | None) -> str:
    """The sign of buyers or of sellers, or of neither."""
    if side is None:
        return UNMOVED
    return RISEN if side is Side.BUY else FALLEN


def signed(change: Decimal | None, *, places: int | None = None) -> str:
    """A move with its sign: an arrow and a plus or minus; a dash when none is known."""
    if change is None:
        return "-"
    mark = RISEN if change > 0 else FALLEN if change < 0 else UNMOVED
    return f"{mark} {change:+,f}" if places is None else f"{mark} {change:+,.{places}f}"
