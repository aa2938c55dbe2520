"""What happened in one instrument: prices, the average by volume, and volume through time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics.records import CandleRecord, IntervalQuotes, VolumeTrends
from analytics.selectors import candles, price_summary, quotes, volume_trends
from market.selectors import depth, tickers
from web import pictures
from web.actors import actor_of
from web.pages import render_page
from web.views.instrument import access_instrument

LEVELS_SHOWN = 10
NO_LEVEL: dict[str, None] = {"price": None, "quantity": None, "order_count": None}


class Window(NamedTuple):
    """A stretch of time that can be chosen, and the interval by which it is drawn."""

    word: str
    label: str
    length: timedelta
    interval_s: int


WINDOWS = (
    Window("1h", "1 hour", timedelta(hours=1), 60),
    Window("24h", "24 hours", timedelta(hours=24), 900),
    Window("7d", "7 days", timedelta(days=7), 3_600),
)


@require_safe
def page(request: HttpRequest, symbol: str) -> HttpResponse:
    """The page, of the last hour, day or week."""
    instrument = access_instrument(symbol)
    window = next((one for one in WINDOWS if one.word == request.GET.get("window")), WINDOWS[0])
    end = datetime.now(UTC)
    start = end - window.length
    drawn = [one for one in _candles(symbol, window) if one.open_time >= start - timedelta(seconds=window.interval_s)]
    trends = volume_trends.of(symbol, interval_s=window.interval_s, start=start, end=end)
    context = {
        "instrument": instrument,
        "windows": WINDOWS,
        "window": window,
        "ticker": tickers.of(symbol),
        "summary": price_summary.of(symbol, start=start, end=end),
        "trends": trends,
        "bars": _bars(trends),
        "lines": _lines(drawn),
        **_quotes_drawn(quotes.through_time(symbol, interval_s=window.interval_s, start=start, end=end).intervals),
        "levels": list(zip_longest(*_sides(symbol), fillvalue=NO_LEVEL)),
    }
    return render_page(request, "web/analytics.html", context, actor=actor_of(request))


def _candles(symbol: str, window: Window) -> list[CandleRecord]:
    count = int(window.length.total_seconds()) // window.interval_s + 1
    return candles.newest(symbol, interval_s=window.interval_s, count=count)


def _sides(symbol: str) -> tuple[Sequence[object], Sequence[object]]:
    book = depth.of(symbol, levels=LEVELS_SHOWN)
    return book.bids, book.offers


def _bars(trends: VolumeTrends) -> list[pictures.Bar]:
    return pictures.bars(
        [(one.volume, f"{one.open_time:%Y-%m-%d %H:%M} UTC: {one.volume:,f}") for one in trends.intervals]
    )


def _lines(drawn: list[CandleRecord]) -> dict[str, object]:
    """The last prices and the average by volume up to each, on one scale."""
    if not drawn:
        return {}
    low, high = min(one.low_px for one in drawn), max(one.high_px for one in drawn)
    averages, volume, turnover = [], Decimal(0), Decimal(0)
    for one in drawn:
        volume, turnover = volume + one.volume, turnover + one.turnover
        averages.append(turnover / volume)
    closes = [one.close_px for one in drawn]
    return {
        "low": low,
        "high": high,
        "price": pictures.line(closes, low=low, high=high),
        "vwap": pictures.line(averages, low=low, high=high),
        "first": drawn[0].open_time,
        "last": drawn[-1].open_time,
    }


def _quotes_drawn(intervals: Sequence[IntervalQuotes]) -> dict[str, object]:
    """The spread, and the quantity on either side, each on a scale that begins at nothing."""
    quoted = [(one, one.average_spread) for one in intervals if one.average_spread is not None]
    widest = max((spread for _, spread in quoted), default=Decimal(0))
    deepest = max((max(one.average_bid_depth, one.average_offer_depth) for one in intervals), default=Decimal(0))
    nothing = Decimal(0)
    return {
        "spreads": [one for one, _ in quoted],
        "spread_line": pictures.line([spread for _, spread in quoted], low=nothing, high=widest),
        "widest": widest,
        "depths": intervals,
        "bid_line": pictures.line([one.average_bid_depth for one in intervals], low=nothing, high=deepest),
        "offer_line": pictures.line([one.average_offer_depth for one in intervals], low=nothing, high=deepest),
        "deepest": deepest,
    }
