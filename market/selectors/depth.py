"""Reading a book aggregated by price."""

from django.db import connection

from market.errors import UnknownSymbol
from market.models import Instrument
from market.records import DepthLevel, DepthRecord
from vocabulary import limits
from vocabulary.orders import OrdStatus, Side
from vocabulary.phases import TradingPhase

DEPTH = """
SELECT b.epoch, b.event_seq, b.phase, l.side, l.price_ticks, l.quantity_lots, l.order_count
  FROM market_book b
  LEFT JOIN LATERAL (
       (SELECT o.side, o.price_ticks, sum(o.leaves_qty_lots - o.hidden_qty_lots) AS quantity_lots,
               count(*) AS order_count
          FROM market_order o
         WHERE o.instrument_id = b.instrument_id AND o.is_open AND o.ord_status <> %(pending)s AND o.side = %(buy)s
           AND o.leaves_qty_lots > o.hidden_qty_lots
         GROUP BY o.side, o.price_ticks ORDER BY o.price_ticks DESC LIMIT %(levels)s)
       UNION ALL
       (SELECT o.side, o.price_ticks, sum(o.leaves_qty_lots - o.hidden_qty_lots), count(*)
          FROM market_order o
         WHERE o.instrument_id = b.instrument_id AND o.is_open AND o.ord_status <> %(pending)s AND o.side = %(sell)s
           AND o.leaves_qty_lots > o.hidden_qty_lots
         GROUP BY o.side, o.price_ticks ORDER BY o.price_ticks ASC LIMIT %(levels)s)) l ON true
 WHERE b.instrument_id = %(instrument_id)s
"""


def of(symbol: str, *, levels: int) -> DepthRecord:
    """The best ``levels`` price levels of each side, and the sequence they are true at, read by one statement.

    What orders hide is not in it: an iceberg's reserve, stops that wait, orders aside or at no price.

    Raises NotFound for an unknown symbol.
    """
    assert 0 < levels <= limits.DEPTH_LEVELS_MAX, "the door has checked the number of levels"
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    with connection.cursor() as cursor:
        cursor.execute(
            DEPTH,
            {
                "instrument_id": instrument.pk,
                "levels": levels,
                "pending": OrdStatus.PENDING_NEW.value,
                "buy": Side.BUY.value,
                "sell": Side.SELL.value,
            },
        )
        rows = cursor.fetchall()
    sides: dict[int, list[DepthLevel]] = {Side.BUY: [], Side.SELL: []}
    for _, _, _, side, price_ticks, quantity_lots, order_count in rows:
        if side is not None:
            price, quantity = instrument.units.to_price(price_ticks), instrument.units.to_quantity(int(quantity_lots))
            sides[side].append(DepthLevel(price, quantity, order_count))
    epoch, last_sequence, phase = rows[0][:3]
    return DepthRecord(
        symbol, str(epoch), last_sequence, TradingPhase(phase), tuple(sides[Side.BUY]), tuple(sides[Side.SELL])
    )
