"""The price chart: a candle a column, half a row precise, with its volume below and the prices at the right.

Where the price rose a candle is a line, where it fell a block: colour is not the only sign.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from rich.text import Text

from terminal.records import Candle
from terminal.renderables import style
from terminal.renderables.sparkline import columns

EMPTY = "Nothing has been traded in this window."
VOLUME = "volume"
# A row of air and a row of columns.
VOLUME_ROWS = 2
AXIS_EVERY_ROWS = 4
WICK = {(True, True): "│", (True, False): "╵", (False, True): "╷"}
RISEN = {(True, True): "┃", (True, False): "╹", (False, True): "╻"}
FALLEN = {(True, True): "█", (True, False): "▀", (False, True): "▄"}


class _Scale(NamedTuple):
    """From a price to half rows from above."""

    high: Decimal
    low: Decimal
    rows: int

    def place(self, price: Decimal) -> int:
        span = self.high - self.low
        halves = 2 * self.rows - 1
        return halves // 2 if span == 0 else int((self.high - price) * halves / span + Decimal("0.5"))

    def price(self, row: int) -> Decimal:
        halves = 2 * self.rows - 1
        return self.high - (self.high - self.low) * (2 * row) / halves


def draw(candles: Sequence[Candle], *, tick_size: Decimal, width: int, height: int) -> Text:
    """The newest candles that there is room for."""
    rows = height - VOLUME_ROWS
    if not candles or rows < 2 or width < 16:
        return Text(EMPTY if not candles else "", style=style.DIM)
    axis = max(len(VOLUME), *(len(f"{candle.high_px:f}") for candle in candles)) + 1
    shown = list(candles)[-(width - axis) :]
    scale = _Scale(max(candle.high_px for candle in shown), min(candle.low_px for candle in shown), rows)
    lines = [_row(row, shown, scale=scale, tick_size=tick_size, width=width, axis=axis) for row in range(rows)]
    lines += [Text(""), _volumes(shown, width=width - axis)]
    return Text("\n").join(lines)


def _row(row: int, candles: Sequence[Candle], *, scale: _Scale, tick_size: Decimal, width: int, axis: int) -> Text:
    line = Text(" " * (width - axis - len(candles)))
    for candle in candles:
        mark = _mark(row, candle, scale=scale)
        line.append(mark, style=_colour(candle) if mark != " " else "")
    newest = candles[-1].close_px
    newest_row = scale.place(newest) // 2
    if newest_row == row:
        return line.append(f" {newest:f}", style="reverse")
    if row % AXIS_EVERY_ROWS == 0 and abs(row - newest_row) > 1:
        price = (scale.price(row) / tick_size).to_integral_value() * tick_size
        line.append(f" {price:f}", style=style.DIM)
    return line


def _mark(row: int, candle: Candle, *, scale: _Scale) -> str:
    halves = (2 * row, 2 * row + 1)
    top, bottom = sorted((scale.place(candle.open_px), scale.place(candle.close_px)))
    body = tuple(top <= half <= bottom for half in halves)
    if any(body):
        return (FALLEN if candle.close_px < candle.open_px else RISEN)[body[0], body[1]]
    wick = tuple(scale.place(candle.high_px) <= half <= scale.place(candle.low_px) for half in halves)
    return WICK[wick[0], wick[1]] if any(wick) else " "


def _volumes(candles: Sequence[Candle], *, width: int) -> Text:
    line = Text(" " * (width - len(candles)))
    for candle, mark in zip(candles, columns([candle.volume for candle in candles]), strict=True):
        line.append(mark, style=_colour(candle))
    return line.append(f" {VOLUME}", style=style.DIM)


def _colour(candle: Candle) -> str:
    return style.DOWN if candle.close_px < candle.open_px else style.UP
