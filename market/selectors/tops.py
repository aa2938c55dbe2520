"""Reading the top of every book at once, cheaply enough to be read several times a second."""

from decimal import Decimal

from django.db import connection

from market.records import TopRecord
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits, plain

TOPS = """
SELECT i.symbol, i.tick_size, i.lot_size, b.phase, b.bid_ticks, b.offer_ticks, b.last_px_ticks
  FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
 ORDER BY i.symbol
"""


def every() -> list[TopRecord]:
    """Every book's phase, best prices and last price, by symbol."""
    with connection.cursor() as cursor:
        cursor.execute(TOPS)
        return [_record(*row) for row in cursor.fetchall()]


def _record(symbol: str, tick_size: Decimal, lot_size: Decimal, phase: int, *prices_ticks: int | None) -> TopRecord:
    units = TradingUnits(plain(tick_size), plain(lot_size))
    bid_px, offer_px, last_px = (None if ticks is None else units.to_price(ticks) for ticks in prices_ticks)
    return TopRecord(symbol, TradingPhase(phase), bid_px, offer_px, last_px)
