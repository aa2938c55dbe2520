"""Frozen records that analytics hands out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CandleRecord:
    """The trades of the interval that begins at ``open_time``: its prices, what was traded, and what that was worth."""

    open_time: datetime
    open_px: Decimal
    high_px: Decimal
    low_px: Decimal
    close_px: Decimal
    volume: Decimal
    trade_count: int
    turnover: Decimal


class TrendDirection(StrEnum):
    """Where volume goes from interval to interval."""

    RISING = "RISING"
    FALLING = "FALLING"
    FLAT = "FLAT"


@dataclass(frozen=True, slots=True)
class PriceSummary:
    """The prices of the trades from ``start`` on and before ``end``; None where there was no trade.

    ``average_px`` counts each trade once, ``vwap`` by its quantity. ``change`` is from the first price to the last.
    """

    symbol: str
    start: datetime
    end: datetime
    trade_count: int
    volume: Decimal
    turnover: Decimal
    open_px: Decimal | None
    high_px: Decimal | None
    low_px: Decimal | None
    last_px: Decimal | None
    average_px: Decimal | None
    vwap: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class IntervalVolume:
    """What was traded in one interval, as far as the window covers it."""

    open_time: datetime
    volume: Decimal
    trade_count: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class VolumeTrends:
    """The volume by interval from ``start`` on and before ``end``, intervals without a trade included.

    ``average_volume``, ``slope`` and ``trend`` are of the whole intervals; None when there are too few of them.
    """

    symbol: str
    start: datetime
    end: datetime
    intervals: tuple[IntervalVolume, ...]
    volume: Decimal
    average_volume: Decimal | None
    slope: Decimal | None
    trend: TrendDirection | None


@dataclass(frozen=True, slots=True)
class IntervalQuotes:
    """What a book quoted in one interval, as its samples say; spreads are None where no sample had both sides.

    Spreads are in the currency, ``average_spread_bps`` in basis points of the middle, depth is the quantity of the
    first QUOTE_SAMPLE_LEVELS levels.
    """

    open_time: datetime
    sample_count: int
    average_spread: Decimal | None
    narrowest_spread: Decimal | None
    widest_spread: Decimal | None
    average_spread_bps: Decimal | None
    average_bid_depth: Decimal
    average_offer_depth: Decimal


@dataclass(frozen=True, slots=True)
class QuoteTrends:
    """The quotes by interval from ``start`` on and before ``end``; intervals without a sample are left out."""

    symbol: str
    start: datetime
    end: datetime
    intervals: tuple[IntervalQuotes, ...]
