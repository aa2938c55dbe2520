"""Reading how the matching of each book stands."""

from django.db import connection

from market.models import Book
from market.records import BookPosition, BookState
from vocabulary.phases import TradingPhase

STATES = """
SELECT i.symbol, b.phase, b.phase_reason, b.status, b.status_reason, COALESCE(w.waiting, 0),
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - w.oldest), 0), b.command_seq, b.event_seq
  FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id
  LEFT JOIN (SELECT instrument_id, count(*) AS waiting, min(accepted_at) AS oldest
               FROM market_inboxcommand GROUP BY instrument_id) w ON w.instrument_id = b.instrument_id
 ORDER BY i.symbol
"""


def states() -> list[BookState]:
    """Every book's phase, status, waiting commands and counters, by symbol."""
    with connection.cursor() as cursor:
        cursor.execute(STATES)
        return [
            BookState(row[0], TradingPhase(row[1]), row[2], row[3], row[4], row[5], float(row[6]), row[7], row[8])
            for row in cursor.fetchall()
        ]


def positions() -> dict[str, BookPosition]:
    """How far each book has come, by symbol."""
    rows = Book.objects.values_list("instrument__symbol", "epoch", "event_seq")
    return {symbol: BookPosition(str(epoch), sequence) for symbol, epoch, sequence in rows}
