"""Comparing candles with the trades that they are made of."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from analytics.figures import Figures
from analytics.models import Candle, CandleCursor
from market.records import TradeRecord
from market.selectors import instruments, trades
from vocabulary.units import TradingUnits

MINUTE_S = 60
TRADES_READ = 5_000
SHOWN = 10


class CandleDifferences(NamedTuple):
    """How many candles of a minute were compared, how many differ, and some of these in words."""

    candles: int
    differing: int
    shown: tuple[str, ...]


def differences(symbol: str) -> CandleDifferences:
    """Fold an instrument's trades anew, as far as its candles go, and compare. Raises NotFound.

    A minute whose first trades are gone into an export is left out.
    """
    instrument = instruments.by_symbol(symbol)
    upto, kept = _kept(instrument.instrument_id)
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    folded, gone_before = _folded(_trades(symbol, upto=upto), units=units)
    if gone_before is not None:
        kept = {minute: figures for minute, figures in kept.items() if minute > gone_before}
        folded.pop(gone_before, None)
    minutes = sorted(kept.keys() | folded.keys())
    broken = [minute for minute in minutes if kept.get(minute) != folded.get(minute)]
    shown = tuple(f"candle of {symbol} at {minute:%Y-%m-%d %H:%M}" for minute in broken[:SHOWN])
    return CandleDifferences(len(minutes), len(broken), shown)


def _kept(instrument_id: int) -> tuple[int, dict[datetime, Figures]]:
    """The candles of a minute at one moment, and the number of the last trade in them."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        upto = CandleCursor.objects.filter(pk=instrument_id).values_list("trade_id", flat=True).first() or 0
        rows = Candle.objects.filter(instrument_id=instrument_id, interval_s=MINUTE_S)
        return upto, {row.open_time: _figures(row) for row in rows.iterator()}


def _figures(row: Candle) -> Figures:
    return Figures(
        open_ticks=row.open_ticks,
        high_ticks=row.high_ticks,
        low_ticks=row.low_ticks,
        close_ticks=row.close_ticks,
        volume_lots=row.volume_lots,
        tick_lots=int(row.tick_lots),
        tick_sum=int(row.tick_sum),
        trade_count=row.trade_count,
    )


def _trades(symbol: str, *, upto: int) -> Iterator[TradeRecord]:
    after = 0
    while after < upto and (piece := trades.after(symbol, trade_id=after, count=min(TRADES_READ, upto - after))):
        for trade in piece:
            if trade.trade_id <= upto:
                yield trade
        after = piece[-1].trade_id


def _folded(told: Iterable[TradeRecord], *, units: TradingUnits) -> tuple[dict[datetime, Figures], datetime | None]:
    """The candles of a minute that these trades make, and the minute whose trades are there in part only."""
    candles: dict[datetime, Figures] = {}
    gone_before: datetime | None = None
    for trade in told:
        minute = trade.executed_at.replace(second=0, microsecond=0)
        if not candles and trade.trade_id > 1:
            gone_before = minute
        price_ticks, lots = units.to_ticks(trade.price), units.to_lots(trade.quantity)
        figures = candles.get(minute)
        if figures is None:
            figures = candles[minute] = Figures.beginning_at(price_ticks)
        figures.add(price_ticks, lots)
    return candles, gone_before
