"""Building candles from trades, in the order of the trades' numbers."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.figures import Figures
from analytics.intervals import start_of
from analytics.models import CandleCursor
from analytics.models.candle import KEPT_INTERVALS_S
from market.records import InstrumentRecord, TradeRecord
from market.selectors import instruments, trades
from vocabulary.units import TradingUnits

FOLD_TRADES_MAX = 5_000
BUILD_BUDGET_S = 0.5
EXPIRE_ROWS_MAX = 5_000

UPSERT = """
    INSERT INTO analytics_candle AS kept (
        instrument_id, interval_s, open_time,
        open_ticks, high_ticks, low_ticks, close_ticks, volume_lots, tick_lots, tick_sum, trade_count)
    SELECT %s, * FROM unnest(
        %s::integer[], %s::timestamptz[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::numeric[], %s::numeric[], %s::bigint[])
    ON CONFLICT (instrument_id, interval_s, open_time) DO UPDATE SET
        high_ticks = greatest(kept.high_ticks, excluded.high_ticks),
        low_ticks = least(kept.low_ticks, excluded.low_ticks),
        close_ticks = excluded.close_ticks,
        volume_lots = kept.volume_lots + excluded.volume_lots,
        tick_lots = kept.tick_lots + excluded.tick_lots,
        tick_sum = kept.tick_sum + excluded.tick_sum,
        trade_count = kept.trade_count + excluded.trade_count
"""


def build(symbol: str) -> int:
    """Fold the instrument's next trades into its candles and return how many, at most FOLD_TRADES_MAX.

    Returns 0 also when another builder is at work on this instrument. Raises NotFound for an unknown symbol.
    """
    return _build(instruments.by_symbol(symbol))


def build_all(*, budget_s: float = BUILD_BUDGET_S) -> int:
    """Fold what waits of every instrument, a piece of each in turn, and return how many trades.

    Begins no further piece once the budget is spent; every instrument with new trades gets at least one.
    """
    deadline = time.monotonic() + budget_s
    folded = 0
    waiting = _with_new_trades()
    while waiting:
        behind = []
        for instrument in waiting:
            count = _build(instrument)
            folded += count
            if count == FOLD_TRADES_MAX:
                behind.append(instrument)
        waiting = behind if time.monotonic() < deadline else []
    return folded


def _with_new_trades() -> list[InstrumentRecord]:
    """Found by one look at all, so that a look that finds nothing costs the same however many instruments there are."""
    built = dict(CandleCursor.objects.values_list("instrument_id", "trade_id"))
    behind = {number for number, newest in trades.newest_ids().items() if newest > built.get(number, 0)}
    return [instrument for instrument in instruments.every() if instrument.instrument_id in behind] if behind else []


def _build(instrument: InstrumentRecord) -> int:
    with transaction.atomic():
        cursor = _locked_cursor(instrument.instrument_id)
        if cursor is None:
            return 0
        waiting = trades.after(instrument.symbol, trade_id=cursor.trade_id, count=FOLD_TRADES_MAX)
        if not waiting:
            return 0
        _upsert(instrument.instrument_id, fold(waiting, units=TradingUnits(instrument.tick_size, instrument.lot_size)))
        cursor.trade_id = waiting[-1].trade_id
        cursor.save(update_fields=["trade_id"])
    return len(waiting)


def fold(waiting: Iterable[TradeRecord], *, units: TradingUnits) -> dict[tuple[int, datetime], Figures]:
    """The candles of these trades, oldest first, by interval length and beginning."""
    candles: dict[tuple[int, datetime], Figures] = {}
    for trade in waiting:
        price_ticks, lots = units.to_ticks(trade.price), units.to_lots(trade.quantity)
        for interval_s in KEPT_INTERVALS_S:
            key = interval_s, start_of(trade.executed_at, interval_s=interval_s)
            figures = candles.get(key)
            if figures is None:
                figures = candles[key] = Figures.beginning_at(price_ticks)
            figures.add(price_ticks, lots)
    return candles


EXPIRE = """
DELETE FROM analytics_candle WHERE id = ANY(ARRAY(
    SELECT id FROM analytics_candle
     WHERE instrument_id = %s AND interval_s = %s AND open_time < %s ORDER BY open_time LIMIT %s))
"""


def expire_seconds(*, keep_days: int, now: datetime) -> int:
    """Delete the candles of one second that are older than ``keep_days`` days, and return how many; 0 keeps all.

    Those of a minute stay, and with them every longer interval.
    """
    if keep_days == 0:
        return 0
    before, expired = now - timedelta(days=keep_days), 0
    for instrument in instruments.every():
        while count := _expire_some(instrument.instrument_id, before=before):
            expired += count
    return expired


def _expire_some(instrument_id: int, *, before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [instrument_id, min(KEPT_INTERVALS_S), before, EXPIRE_ROWS_MAX])
        return int(cursor.rowcount)


def _locked_cursor(instrument_id: int) -> CandleCursor | None:
    free = CandleCursor.objects.select_for_update(skip_locked=True).filter(pk=instrument_id)
    cursor = free.first()
    if cursor is None:
        CandleCursor.objects.bulk_create([CandleCursor(instrument_id=instrument_id)], ignore_conflicts=True)
        cursor = free.first()
    return cursor


def _upsert(instrument_id: int, candles: dict[tuple[int, datetime], Figures]) -> None:
    made = candles.values()
    columns: list[list[Any]] = [
        [interval_s for interval_s, _ in candles],
        [open_time for _, open_time in candles],
        [figures.open_ticks for figures in made],
        [figures.high_ticks for figures in made],
        [figures.low_ticks for figures in made],
        [figures.close_ticks for figures in made],
        [figures.volume_lots for figures in made],
        [figures.tick_lots for figures in made],
        [figures.tick_sum for figures in made],
        [figures.trade_count for figures in made],
    ]
    with connection.cursor() as database:
        database.execute(UPSERT, [instrument_id, *columns])
