"""Reading how much was traded by interval, and whether it becomes more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from analytics.figures import Figures
from analytics.intervals import start_of
from analytics.records import IntervalVolume, TrendDirection, VolumeTrends
from analytics.selectors.candles import INTERVALS_S
from analytics.selectors.windows import Span, by_interval
from market.errors import InvalidRequest
from market.selectors import instruments
from vocabulary import limits
from vocabulary.units import TradingUnits, plain

FLAT_BELOW = Fraction(1, 100)
"""A slope below this share of the average interval's volume is no trend."""


def of(symbol: str, *, interval_s: int, start: datetime | None = None, end: datetime | None = None) -> VolumeTrends:
    """The volume by interval from ``start`` on and before ``end``: the last 24 hours unless said otherwise.

    Raises NotFound, and InvalidRequest for an interval that is not one of INTERVALS_S, for a window that does not begin
    before it ends, and for one of more than PAGE_SIZE_MAX intervals.
    """
    if interval_s not in INTERVALS_S:
        offered = ", ".join(str(interval) for interval in INTERVALS_S)
        raise InvalidRequest(f"interval_s must be one of {offered}.", field="interval_s")
    instrument = instruments.by_symbol(symbol)
    span = Span.of(start, end)
    open_times = _open_times(span, interval_s=interval_s)
    traded = by_interval(instrument, span, interval_s=interval_s)
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    intervals = [
        _interval(open_time, traded.get(open_time), span=span, interval_s=interval_s, units=units)
        for open_time in open_times
    ]
    lots = [_lots(traded.get(interval.open_time)) for interval in intervals if interval.is_whole]
    slope, average = slope_of(lots), _average(lots)
    return VolumeTrends(
        symbol=symbol,
        start=span.start,
        end=span.end,
        intervals=tuple(intervals),
        volume=units.to_quantity(sum(figures.volume_lots for figures in traded.values())),
        average_volume=_quantity(average, units=units),
        slope=_quantity(slope, units=units),
        trend=_direction(slope, average=average),
    )


def slope_of(volumes: Sequence[int]) -> Fraction | None:
    """The slope, by interval, of the straight line with the least squares; None for fewer than two intervals."""
    count = len(volumes)
    if count < 2:
        return None
    weighted = sum(place * volume for place, volume in enumerate(volumes))
    return Fraction(12 * weighted - 6 * (count - 1) * sum(volumes), count * (count * count - 1))


def _open_times(span: Span, *, interval_s: int) -> list[datetime]:
    first, step = start_of(span.start, interval_s=interval_s), timedelta(seconds=interval_s)
    count = -((first - span.end) // step)
    if count > limits.PAGE_SIZE_MAX:
        detail = f"The window spans {count} intervals; at most {limits.PAGE_SIZE_MAX} are summed up at once."
        raise InvalidRequest(detail, field="interval", code="too_many_intervals")
    return [first + place * step for place in range(count)]


def _interval(
    open_time: datetime, figures: Figures | None, *, span: Span, interval_s: int, units: TradingUnits
) -> IntervalVolume:
    return IntervalVolume(
        open_time=open_time,
        volume=units.to_quantity(_lots(figures)),
        trade_count=figures.trade_count if figures else 0,
        is_whole=span.start <= open_time and open_time + timedelta(seconds=interval_s) <= span.end,
    )


def _lots(figures: Figures | None) -> int:
    return figures.volume_lots if figures else 0


def _average(lots: Sequence[int]) -> Fraction | None:
    return Fraction(sum(lots), len(lots)) if lots else None


def _direction(slope: Fraction | None, *, average: Fraction | None) -> TrendDirection | None:
    if slope is None or average is None:
        return None
    if abs(slope) <= FLAT_BELOW * average:
        return TrendDirection.FLAT
    return TrendDirection.RISING if slope > 0 else TrendDirection.FALLING


def _quantity(lots: Fraction | None, *, units: TradingUnits) -> Decimal | None:
    """A number of lots as a quantity, rounded half even to four places beyond the lot size."""
    if lots is None:
        return None
    exact = units.lot_size * lots.numerator / lots.denominator
    return plain(exact.quantize(units.lot_size.scaleb(-4)))
