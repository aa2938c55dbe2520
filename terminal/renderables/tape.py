"""The tape: the newest trades, newest above, each with its time, its aggressor's side, quantity and price."""

from collections.abc import Iterable
from itertools import islice

from rich.text import Text

from terminal.records import Trade
from terminal.renderables import style

EMPTY = "No trade yet."


def draw(trades: Iterable[Trade], *, width: int, height: int) -> Text:
    """As many of the trades as there is room for. Times are local."""
    found = list(islice(trades, max(1, height - 1)))
    if not found:
        return Text(EMPTY, style=style.DIM)
    price = max(5, *(len(f"{trade.price:f}") for trade in found))
    quantity = max(8, *(len(f"{trade.quantity:,f}") for trade in found))
    has_time = width >= price + quantity + 12
    head = f"{'time':<9}" if has_time else ""
    lines = [Text(f"{head}  {'price':>{price}} {'quantity':>{quantity}}", style=style.DIM)]
    for trade in found:
        moment = f"{trade.executed_at.astimezone():%H:%M:%S} " if has_time else ""
        colour = style.of_side(trade.aggressor_side)
        marked = f"{style.mark_of_side(trade.aggressor_side)} {trade.price:>{price}f}"
        lines.append(Text.assemble((moment, style.DIM), (marked, colour), f" {trade.quantity:>{quantity},f}"))
    return Text("\n").join(lines)
