"""The watchlist: every market with its last price and its change, the chosen one marked."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from terminal.records import Ticker
from terminal.renderables import style
from vocabulary.phases import TradingPhase

EMPTY = "No instrument is listed."
CHOSEN = "▸"


def draw(symbols: Sequence[str], tickers: Mapping[str, Ticker], *, chosen: str, width: int, height: int) -> Text:
    """The markets, around the chosen one if they are more than there is room for."""
    if not symbols:
        return Text(EMPTY, style=style.DIM)
    place = symbols.index(chosen) if chosen in symbols else 0
    first = max(0, min(place - height // 2, len(symbols) - height))
    return Text("\n").join(
        _row(symbol, tickers.get(symbol), is_chosen=symbol == chosen, width=width)
        for symbol in symbols[first : first + height]
    )


def _row(symbol: str, ticker: Ticker | None, *, is_chosen: bool, width: int) -> Text:
    mark = CHOSEN if is_chosen else " "
    last = "-" if ticker is None or ticker.last_px is None else f"{ticker.last_px:f}"
    words = Text(f"{mark} {symbol:<8}{last:>8} ", style="bold" if is_chosen else "")
    if ticker is None:
        return words
    if ticker.phase is TradingPhase.HALTED:
        words.append("  HALTED", style=style.OF_WORD["HALTED"])
    else:
        change = style.signed(ticker.change_percent, places=2)
        words.append(f"{change:>8}", style=style.of_change(ticker.change_percent))
    words.truncate(width)
    return words
