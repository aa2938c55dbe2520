"""The trades of any window, summed up exactly: from candles as far as they fit, from trades at the edges.

What the builder of candles has not come to yet is taken from the trades themselves.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from analytics.figures import Figures
from analytics.intervals import EPOCH, start_of
from market.errors import InvalidRequest
from market.records import InstrumentRecord, TradeRecord
from market.selectors import trades
from vocabulary.units import TradingUnits

WINDOW_DEFAULT = timedelta(days=1)
PAGE_TRADES = 5_000
MINUTE_S = 60

# One statement, so that candles and cursor are of the same moment: trades beyond the cursor are in no candle.
KEPT = """
    WITH cursor AS (
        SELECT coalesce(max(trade_id), 0) AS trade_id
          FROM analytics_candlecursor WHERE instrument_id = %(instrument_id)s
    ), kept AS (
        SELECT date_bin(make_interval(secs => %(interval_s)s), open_time, TIMESTAMPTZ 'epoch') AS start_time,
               (array_agg(open_ticks ORDER BY open_time))[1] AS open_ticks,
               max(high_ticks) AS high_ticks,
               min(low_ticks) AS low_ticks,
               (array_agg(close_ticks ORDER BY open_time DESC))[1] AS close_ticks,
               sum(volume_lots) AS volume_lots,
               sum(tick_lots) AS tick_lots,
               sum(tick_sum) AS tick_sum,
               sum(trade_count) AS trade_count
          FROM analytics_candle
         WHERE instrument_id = %(instrument_id)s
           AND (interval_s = 60 AND open_time >= %(first_minute)s AND open_time < %(last_minute)s
                OR interval_s = 1 AND open_time >= %(first_second)s AND open_time < %(first_minute)s
                OR interval_s = 1 AND open_time >= %(last_minute)s AND open_time < %(last_second)s)
         GROUP BY start_time
    )
    SELECT cursor.trade_id, kept.* FROM cursor LEFT JOIN kept ON true ORDER BY start_time
"""


class Span(NamedTuple):
    """A window whose ends are known, and the whole minutes and seconds within it."""

    start: datetime
    end: datetime
    first_second: datetime
    first_minute: datetime
    last_minute: datetime
    last_second: datetime

    @classmethod
    def of(cls, start: datetime | None, end: datetime | None) -> "Span":
        """The window with these ends: without an end it ends now, without a start it spans a day.

        Raises InvalidRequest unless it begins before it ends.
        """
        end = end or timezone.now()
        start = start or (end - WINDOW_DEFAULT if end > EPOCH + WINDOW_DEFAULT else EPOCH)
        if start >= end:
            raise InvalidRequest("The window must begin before it ends.", field="start")
        last_second = start_of(end, interval_s=1)
        first_second = min(_end_of(start, interval_s=1), last_second)
        first_minute = min(_end_of(start, interval_s=MINUTE_S), last_second)
        last_minute = max(start_of(end, interval_s=MINUTE_S), first_minute)
        return cls(start, end, first_second, first_minute, last_minute, last_second)

    def is_kept(self, moment: datetime) -> bool:
        """Whether candles, once they are built, account for a trade at this moment."""
        return self.first_second <= moment < self.last_second


def by_interval(instrument: InstrumentRecord, span: Span, *, interval_s: int) -> dict[datetime, Figures]:
    """The figures of the window's trades by the beginning of their interval; those without a trade are left out."""
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    cursor, kept = _kept(instrument.instrument_id, span, interval_s=interval_s)
    first_edge = trades_between(instrument.symbol, start=span.start, end=min(span.first_second, span.end))
    found = _summed(first_edge, units=units, interval_s=interval_s)
    for start_time, figures in kept.items():
        _join(found, start_time, figures)
    for later in (_unfolded(instrument.symbol, span, cursor=cursor), _last_edge(instrument.symbol, span)):
        for start_time, figures in _summed(later, units=units, interval_s=interval_s).items():
            _join(found, start_time, figures)
    return found


def trades_between(symbol: str, *, start: datetime, end: datetime) -> Iterator[TradeRecord]:
    """The trades of a window, oldest first."""
    after, page_length = 0, PAGE_TRADES
    while page_length == PAGE_TRADES and start < end:
        page = trades.between(symbol, start=start, end=end, after=after, count=PAGE_TRADES)
        yield from page
        page_length = len(page)
        if page:
            start, after = page[-1].executed_at, page[-1].trade_id


def _last_edge(symbol: str, span: Span) -> Iterator[TradeRecord]:
    return trades_between(symbol, start=max(span.last_second, span.start), end=span.end)


def _unfolded(symbol: str, span: Span, *, cursor: int) -> Iterator[TradeRecord]:
    """The trades that no candle contains yet though they lie where candles are taken from."""
    page_length = PAGE_TRADES
    while page_length == PAGE_TRADES:
        page = trades.after(symbol, trade_id=cursor, count=PAGE_TRADES)
        yield from (trade for trade in page if span.is_kept(trade.executed_at))
        page_length = len(page)
        if page:
            cursor = page[-1].trade_id
            if page[-1].executed_at >= span.end:
                return


def _kept(instrument_id: int, span: Span, *, interval_s: int) -> tuple[int, dict[datetime, Figures]]:
    parameters = {"instrument_id": instrument_id, "interval_s": interval_s, **span._asdict()}
    if interval_s < MINUTE_S:
        parameters |= {"first_minute": span.last_second, "last_minute": span.last_second}
    with connection.cursor() as database:
        database.execute(KEPT, parameters)
        rows = database.fetchall()
    kept = {row[1].astimezone(UTC): Figures(*(int(value) for value in row[2:])) for row in rows if row[1] is not None}
    return rows[0][0], kept


def _summed(found: Iterator[TradeRecord], *, units: TradingUnits, interval_s: int) -> dict[datetime, Figures]:
    summed: dict[datetime, Figures] = {}
    for trade in found:
        price_ticks = units.to_ticks(trade.price)
        start_time = start_of(trade.executed_at, interval_s=interval_s)
        if start_time not in summed:
            summed[start_time] = Figures.beginning_at(price_ticks)
        summed[start_time].add(price_ticks, units.to_lots(trade.quantity))
    return summed


def _join(found: dict[datetime, Figures], start_time: datetime, figures: Figures) -> None:
    if start_time in found:
        found[start_time].join(figures)
    else:
        found[start_time] = figures


def _end_of(moment: datetime, *, interval_s: int) -> datetime:
    start = start_of(moment, interval_s=interval_s)
    return start if start == moment else start + timedelta(seconds=interval_s)
