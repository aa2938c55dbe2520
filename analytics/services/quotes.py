"""Keeping what books quote, every few seconds, for a bounded time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from analytics.intervals import start_of
from analytics.models import QuoteSample
from market.records import DepthLevel, DepthRecord, InstrumentRecord
from market.selectors import depth, instruments
from vocabulary import limits
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits

EXPIRE = """
DELETE FROM analytics_quotesample WHERE id IN (
    SELECT id FROM analytics_quotesample WHERE sampled_at < %s ORDER BY sampled_at LIMIT %s)
"""


def sample_all(*, now: datetime | None = None) -> int:
    """Keep what every book in continuous trading quotes, and return how many there are.

    A second sample of the same stretch of QUOTE_SAMPLE_INTERVAL_S is not kept. Books that are halted, closed or in an
    auction quote nothing that one could trade at, and have none.
    """
    sampled_at = start_of(now or timezone.now(), interval_s=limits.QUOTE_SAMPLE_INTERVAL_S)
    quoting = [
        (instrument, depth.of(instrument.symbol, levels=limits.QUOTE_SAMPLE_LEVELS))
        for instrument in instruments.every()
    ]
    samples = [
        _sample(instrument, book, sampled_at=sampled_at)
        for instrument, book in quoting
        if book.phase is TradingPhase.CONTINUOUS
    ]
    QuoteSample.objects.bulk_create(samples, ignore_conflicts=True)
    return len(samples)


def expire(*, keep_days: int, now: datetime) -> int:
    """Delete the samples that are older than so many days, and return how many; 0 keeps all."""
    expired, count = 0, limits.RETENTION_ROWS_MAX if keep_days else 0
    while count == limits.RETENTION_ROWS_MAX:
        with connection.cursor() as cursor:
            cursor.execute(EXPIRE, [now - timedelta(days=keep_days), limits.RETENTION_ROWS_MAX])
            count = cursor.rowcount
        expired += count
    return expired


def _sample(instrument: InstrumentRecord, book: DepthRecord, *, sampled_at: datetime) -> QuoteSample:
    units = TradingUnits(instrument.tick_size, instrument.lot_size)
    return QuoteSample(
        instrument_id=instrument.instrument_id,
        sampled_at=sampled_at,
        bid_ticks=units.to_ticks(book.bids[0].price) if book.bids else None,
        offer_ticks=units.to_ticks(book.offers[0].price) if book.offers else None,
        bid_depth_lots=_depth_lots(book.bids, units=units),
        offer_depth_lots=_depth_lots(book.offers, units=units),
    )


def _depth_lots(levels: Iterable[DepthLevel], *, units: TradingUnits) -> int:
    """The quantity of some levels, which may be beyond what one order can have."""
    return int(sum(level.quantity for level in levels) / units.lot_size)
