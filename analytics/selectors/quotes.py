"""Reading how far apart bid and offer were, and how much waited behind them, through time."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from analytics.records import IntervalQuotes, QuoteTrends
from market.errors import InvalidRequest
from market.selectors import instruments
from vocabulary import limits
from vocabulary.units import TradingUnits, plain

# Averages are of samples: those of the spread and the middle where both sides quote, those of the depth of all.
QUOTES = """
SELECT date_bin(make_interval(secs => %(interval_s)s), sampled_at, TIMESTAMPTZ 'epoch') AS start_time,
       count(*),
       avg(offer_ticks - bid_ticks),
       min(offer_ticks - bid_ticks),
       max(offer_ticks - bid_ticks),
       avg((offer_ticks + bid_ticks) / 2.0),
       avg(bid_depth_lots),
       avg(offer_depth_lots)
  FROM analytics_quotesample
 WHERE instrument_id = %(instrument_id)s AND sampled_at >= %(start)s AND sampled_at < %(end)s
 GROUP BY start_time
 ORDER BY start_time
"""
PLACES_BEYOND = 2
"""Averages are rounded half even to so many places beyond the tick or lot size."""
BASIS_POINTS = 10_000
BASIS_POINT_PLACES = Decimal("0.01")


def through_time(symbol: str, *, interval_s: int, start: datetime, end: datetime) -> QuoteTrends:
    """The quotes sampled from ``start`` on and before ``end``, by interval; intervals without a sample are left out.

    Raises NotFound for an unknown symbol, InvalidRequest for an interval below QUOTE_SAMPLE_INTERVAL_S, for a window
    that does not begin before it ends, and for one of more than PAGE_SIZE_MAX intervals.
    """
    if interval_s < limits.QUOTE_SAMPLE_INTERVAL_S:
        raise InvalidRequest(f"interval_s must be {limits.QUOTE_SAMPLE_INTERVAL_S} at least.", field="interval_s")
    if start >= end:
        raise InvalidRequest("start must be before end.", field="start")
    if (end - start) / timedelta(seconds=interval_s) > limits.PAGE_SIZE_MAX:
        detail = f"The window spans more than {limits.PAGE_SIZE_MAX} intervals."
        raise InvalidRequest(detail, field="interval", code="too_many_intervals")
    instrument = instruments.by_symbol(symbol)
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    with connection.cursor() as cursor:
        cursor.execute(
            QUOTES,
            {"instrument_id": instrument.instrument_id, "interval_s": interval_s, "start": start, "end": end},
        )
        intervals = tuple(_interval(row, units=units) for row in cursor.fetchall())
    return QuoteTrends(symbol, start, end, intervals)


def _interval(row: tuple, *, units: TradingUnits) -> IntervalQuotes:
    open_time, samples, spread, narrowest, widest, middle, bid_depth, offer_depth = row
    return IntervalQuotes(
        open_time=open_time,
        sample_count=samples,
        average_spread=_average(spread, step=units.tick_size),
        narrowest_spread=None if narrowest is None else units.to_price(narrowest),
        widest_spread=None if widest is None else units.to_price(widest),
        average_spread_bps=_basis_points(spread, of=middle),
        average_bid_depth=_average(bid_depth, step=units.lot_size) or Decimal(0),
        average_offer_depth=_average(offer_depth, step=units.lot_size) or Decimal(0),
    )


def _basis_points(spread: Decimal | None, *, of: Decimal | None) -> Decimal | None:
    return (BASIS_POINTS * spread / of).quantize(BASIS_POINT_PLACES) if spread is not None and of else None


def _average(steps: Decimal | None, *, step: Decimal) -> Decimal | None:
    return None if steps is None else plain((step * steps).quantize(step.scaleb(-PLACES_BEYOND)))
