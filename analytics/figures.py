"""What a set of trades sums up to, in whole ticks and lots: a candle, or any window."""

from dataclasses import dataclass
from typing import Self


@dataclass(slots=True)
class Figures:
    """First, highest, lowest and last price, and what was traded. Trades are taken in as they happened.

    ``tick_lots`` sums price times quantity, ``tick_sum`` the prices alone: both averages follow exactly.
    """

    open_ticks: int
    high_ticks: int
    low_ticks: int
    close_ticks: int
    volume_lots: int = 0
    tick_lots: int = 0
    tick_sum: int = 0
    trade_count: int = 0

    @classmethod
    def beginning_at(cls, price_ticks: int) -> Self:
        """Figures that are about to take in their first trade, at this price."""
        return cls(price_ticks, price_ticks, price_ticks, price_ticks)

    def add(self, price_ticks: int, lots: int) -> None:
        """Take in the next trade."""
        self.high_ticks = max(self.high_ticks, price_ticks)
        self.low_ticks = min(self.low_ticks, price_ticks)
        self.close_ticks = price_ticks
        self.volume_lots += lots
        self.tick_lots += price_ticks * lots
        self.tick_sum += price_ticks
        self.trade_count += 1

    def join(self, later: "Figures") -> None:
        """Take in the figures of trades that came after all of these."""
        self.high_ticks = max(self.high_ticks, later.high_ticks)
        self.low_ticks = min(self.low_ticks, later.low_ticks)
        self.close_ticks = later.close_ticks
        self.volume_lots += later.volume_lots
        self.tick_lots += later.tick_lots
        self.tick_sum += later.tick_sum
        self.trade_count += later.trade_count
