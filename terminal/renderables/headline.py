"""The line above all: the market, its last price, and how the connection stands."""

from rich.text import Text

from terminal.live.streams import Link, LinkState
from terminal.records import Instrument, Ticker
from terminal.renderables import style
from vocabulary.phases import TradingPhase

STATES = {
    LinkState.CONNECTING: ("◌ connecting", "yellow"),
    LinkState.LIVE: ("● live", "green"),
    LinkState.RECONNECTING: ("◌ reconnecting", "bold yellow"),
    LinkState.ENDED: ("○ not connected", style.ALARM),
}


def draw(instrument: Instrument | None, ticker: Ticker | None, *, link: Link, width: int) -> Text:
    """Left the market, right the connection; a halt and its reason in between, in words."""
    left = Text()
    if instrument is not None:
        left.append(f" {instrument.symbol} ", style="bold reverse").append(f" {instrument.name}  ")
    if ticker is not None:
        last = "-" if ticker.last_px is None else f"{ticker.last_px:f}"
        left.append(f"{last} ", style=style.STRONG)
        left.append(f"{style.signed(ticker.change_percent, places=2)} %", style=style.of_change(ticker.change_percent))
        if ticker.phase is TradingPhase.HALTED:
            reason = f": {ticker.phase_reason}" if ticker.phase_reason else ""
            left.append("  ").append(f" ■ HALTED{reason} ", style=style.ALARM)
        elif ticker.high_px is not None and ticker.low_px is not None:
            left.append(f"  high {ticker.high_px:f}  low {ticker.low_px:f}  volume {ticker.volume:,f}", style=style.DIM)
    words, colour = STATES[link.state]
    right = Text(f"{words} ", style=colour)
    if link.why and link.state is not LinkState.LIVE:
        why = Text.assemble((f"{link.why.partition('. ')[0]} ", style.DIM), right)
        right = why if left.cell_len + why.cell_len < width else right
    room = max(0, width - right.cell_len - 1)
    if left.cell_len > room:
        left.truncate(room, overflow="ellipsis")
    return Text.assemble(left, " " * (width - left.cell_len - right.cell_len), right)
