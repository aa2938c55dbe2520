"""Reading candles."""

from datetime import datetime, timedelta

from django.db import connection

from analytics.intervals import start_of
from analytics.records import CandleRecord
from market.errors import InvalidRequest
from market.records import InstrumentRecord
from market.selectors import instruments
from vocabulary import limits
from vocabulary.units import TradingUnits

KEPT_INTERVAL_S_OF = {1: 1, 60: 60, 300: 60, 900: 60, 3_600: 60, 86_400: 60}
"""Every interval on offer, and the kept interval that its candles are summed up from."""

INTERVALS_S = tuple(KEPT_INTERVAL_S_OF)

# The newest `count` candles that exist span at most `count` times the kept candles that fit into one: taking that many
# rows from the index's end contains all of them whole, however many intervals went without a trade.
NEWEST = """
    SELECT date_bin(make_interval(secs => %(interval_s)s), open_time, TIMESTAMPTZ 'epoch') AS start_time,
           (array_agg(open_ticks ORDER BY open_time))[1],
           max(high_ticks),
           min(low_ticks),
           (array_agg(close_ticks ORDER BY open_time DESC))[1],
           sum(volume_lots)::bigint,
           sum(trade_count)::bigint,
           sum(tick_lots)
    FROM (
        SELECT * FROM analytics_candle
        WHERE instrument_id = %(instrument_id)s AND interval_s = %(kept_interval_s)s
          AND open_time < coalesce(%(end)s::timestamptz, 'infinity')
        ORDER BY open_time DESC
        LIMIT %(rows)s
    ) AS kept
    GROUP BY start_time
    ORDER BY start_time DESC
    LIMIT %(count)s
"""


def newest(symbol: str, *, interval_s: int, count: int, before: datetime | None = None) -> list[CandleRecord]:
    """The newest candles that begin before ``before``, oldest first. Intervals without a trade have none.

    ``count`` is cut to PAGE_SIZE_MAX. Raises NotFound for an unknown symbol, InvalidRequest for an interval that is
    not one of INTERVALS_S.
    """
    if interval_s not in KEPT_INTERVAL_S_OF:
        offered = ", ".join(str(interval) for interval in INTERVALS_S)
        raise InvalidRequest(f"interval_s must be one of {offered}.", field="interval_s")
    instrument = instruments.by_symbol(symbol)
    count = min(count, limits.PAGE_SIZE_MAX)
    kept_interval_s = KEPT_INTERVAL_S_OF[interval_s]
    parameters = {
        "instrument_id": instrument.instrument_id,
        "interval_s": interval_s,
        "kept_interval_s": kept_interval_s,
        "end": None if before is None else _end_of(before, interval_s=interval_s),
        "rows": count * (interval_s // kept_interval_s),
        "count": count,
    }
    with connection.cursor() as database:
        database.execute(NEWEST, parameters)
        rows = database.fetchall()
    return [_record(row, instrument=instrument) for row in reversed(rows)]


def _end_of(before: datetime, *, interval_s: int) -> datetime:
    """The end of the last interval that begins before the moment."""
    start = start_of(before, interval_s=interval_s)
    return start if start == before else start + timedelta(seconds=interval_s)


def _record(row: tuple[datetime, int, int, int, int, int, int, int], *, instrument: InstrumentRecord) -> CandleRecord:
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    open_time, open_ticks, high_ticks, low_ticks, close_ticks, volume_lots, trade_count, tick_lots = row
    return CandleRecord(
        open_time=open_time,
        open_px=units.to_price(open_ticks),
        high_px=units.to_price(high_ticks),
        low_px=units.to_price(low_ticks),
        close_px=units.to_price(close_ticks),
        volume=units.to_quantity(volume_lots),
        trade_count=trade_count,
        turnover=units.to_money(int(tick_lots)),
    )
