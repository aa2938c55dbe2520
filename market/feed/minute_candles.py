"""The newest candles of one minute, and which of them have changed since that was last asked."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from market.feed.day_summary import MINUTE_US
from vocabulary import limits


class MinuteCandle(NamedTuple):
    """The trades of one minute, counted from 1970."""

    number: int
    open_ticks: int
    high_ticks: int
    low_ticks: int
    close_ticks: int
    volume_lots: int
    trade_count: int


class MinuteCandles:
    """Candles, oldest first. Minutes without a trade have none."""

    def __init__(self, candles: Iterable[MinuteCandle]) -> None:
        """Begin with earlier candles, oldest first."""
        self._candles: deque[MinuteCandle] = deque(candles, maxlen=limits.FEED_CANDLES_KEPT)
        self._changed_from: int | None = None

    def __iter__(self) -> Iterator[MinuteCandle]:
        return iter(self._candles)

    def add(self, *, executed_us: int, price_ticks: int, quantity_lots: int) -> None:
        """Count a trade; trades come in their order, and a clock that went back goes on in the last minute."""
        number = executed_us // MINUTE_US
        last = self._candles[-1] if self._candles else None
        if last is None or number > last.number:
            candle = MinuteCandle(number, price_ticks, price_ticks, price_ticks, price_ticks, quantity_lots, 1)
        else:
            self._candles.pop()
            candle = MinuteCandle(
                last.number,
                last.open_ticks,
                max(last.high_ticks, price_ticks),
                min(last.low_ticks, price_ticks),
                price_ticks,
                last.volume_lots + quantity_lots,
                last.trade_count + 1,
            )
        self._candles.append(candle)
        if self._changed_from is None:
            self._changed_from = candle.number

    def take_changes(self) -> list[MinuteCandle]:
        """The candles that have changed since this was last asked, oldest first."""
        first, self._changed_from = self._changed_from, None
        return [] if first is None else [candle for candle in self._candles if candle.number >= first]
