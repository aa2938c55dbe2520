"""Reading what prices did over a window."""

from datetime import datetime
from decimal import Decimal

from analytics.figures import Figures
from analytics.records import PriceSummary
from analytics.selectors.windows import Span, by_interval
from market.selectors import instruments
from vocabulary.units import TradingUnits, average_price

DAY_S = 86_400
PERCENT_PLACES = Decimal("0.01")
NO_TRADES = Figures(0, 0, 0, 0)


def of(symbol: str, *, start: datetime | None = None, end: datetime | None = None) -> PriceSummary:
    """The prices of the trades from ``start`` on and before ``end``: the last 24 hours unless said otherwise.

    Raises NotFound, InvalidRequest for a window that does not begin before it ends.
    """
    instrument = instruments.by_symbol(symbol)
    span = Span.of(start, end)
    by_day = by_interval(instrument, span, interval_s=DAY_S)
    days = [by_day[day] for day in sorted(by_day)]
    for later in days[1:]:
        days[0].join(later)
    return _summary(symbol, span, days[0] if days else None, TradingUnits(instrument.tick_size, instrument.lot_size))


def _summary(symbol: str, span: Span, traded: Figures | None, units: TradingUnits) -> PriceSummary:
    figures = traded or NO_TRADES
    change_ticks = figures.close_ticks - figures.open_ticks
    return PriceSummary(
        symbol=symbol,
        start=span.start,
        end=span.end,
        trade_count=figures.trade_count,
        volume=units.to_quantity(figures.volume_lots),
        turnover=units.to_money(figures.tick_lots),
        open_px=units.to_price(figures.open_ticks) if traded else None,
        high_px=units.to_price(figures.high_ticks) if traded else None,
        low_px=units.to_price(figures.low_ticks) if traded else None,
        last_px=units.to_price(figures.close_ticks) if traded else None,
        average_px=average_price(tick_lots=figures.tick_sum, lots=figures.trade_count, units=units),
        vwap=average_price(tick_lots=figures.tick_lots, lots=figures.volume_lots, units=units),
        change=units.to_price(change_ticks) if traded else None,
        change_percent=_percent(change_ticks, of=figures.open_ticks) if traded else None,
    )


def _percent(part: int, *, of: int) -> Decimal:
    return (Decimal(100) * part / of).quantize(PERCENT_PLACES)
