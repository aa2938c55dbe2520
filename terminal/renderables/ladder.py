"""The depth ladder: offers above, bids below, the best prices in the middle, with bars as long as quantities."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from rich.text import Text

from terminal.live.local_book import LocalBook
from terminal.records import DepthLevel
from terminal.renderables import style
from terminal.renderables.sparkline import bar

EMPTY = "The book is empty."
OWN = "•"


def draw(book: LocalBook, *, width: int, height: int, own: Collection[Decimal] = ()) -> Text:
    """As many levels of both sides as there is room for. Prices in ``own``, where one has an order, carry a dot."""
    rows = max(1, (height - 2) // 2)
    bids, offers = book.bids(rows), book.offers(rows)
    if not bids and not offers:
        return Text(EMPTY, style=style.DIM)
    columns = _Columns([*bids, *offers], width=width, own=own)
    lines = [columns.head()]
    lines += [Text("")] * (rows - len(offers))
    lines += [columns.row(level, colour=style.DOWN, bar_colour=style.DOWN_BAR) for level in reversed(offers)]
    lines.append(columns.middle(book.spread))
    lines += [columns.row(level, colour=style.UP, bar_colour=style.UP_BAR) for level in bids]
    return Text("\n").join(lines)


class _Columns:
    """The widths of the columns, so that nothing jumps: price, quantity, bar."""

    def __init__(self, levels: Sequence[DepthLevel], *, width: int, own: Collection[Decimal]) -> None:
        self._price = max(5, *(len(f"{level.price:f}") for level in levels))
        self._quantity = max(8, *(len(f"{level.quantity:,f}") for level in levels))
        self._bar = max(0, width - self._price - self._quantity - 4)
        self._greatest = max(level.quantity for level in levels)
        self._own = own

    def head(self) -> Text:
        return Text(f"  {'price':>{self._price}} {'quantity':>{self._quantity}}", style=style.DIM)

    def row(self, level: DepthLevel, *, colour: str, bar_colour: str) -> Text:
        length = bar(level.quantity, greatest=self._greatest, width=self._bar)
        return Text.assemble(
            (f"{OWN if level.price in self._own else ' '} ", style.STRONG),
            (f"{level.price:>{self._price}f}", colour),
            f" {level.quantity:>{self._quantity},f} ",
            (length, bar_colour),
        )

    def middle(self, spread: Decimal | None) -> Text:
        words = f"spread {spread:f}" if spread is not None else "one side is empty"
        return Text(f"  {words:─<{self._price + self._quantity + 2 + self._bar}}", style=style.DIM)
