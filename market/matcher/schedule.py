"""What is due by the clock: the ends of volatility auctions and of orders good till a date.

The clock is the database's, and the book's row says what is due: each end is asked for once,
however many sweepers look.
"""

from typing import Any

from django.db import connection

from market.command_terms import CommandTerms
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus, TimeInForce
from vocabulary.phases import TradingPhase

END_AUCTIONS = """
WITH due AS (
    SELECT b.instrument_id, i.symbol
      FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id
     WHERE b.auction_ends_at <= clock_timestamp() AND b.phase = %(auction)s AND b.status = 'RUNNING'
       FOR NO KEY UPDATE OF b SKIP LOCKED
), ended AS (
    UPDATE market_book b SET auction_ends_at = NULL FROM due WHERE b.instrument_id = due.instrument_id
), asked AS (
    INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force,
                                     price_ticks, order_qty_lots, reserved_amount, reserved_lots, terms, accepted_at,
                                     correlation_id)
    SELECT instrument_id, %(change_phase)s, 0, 0, 0, 0, 0, -1, 0, 0, 0, %(terms)s::bigint[], now(), gen_random_uuid()
      FROM due
)
SELECT symbol FROM due
"""
# Two sweepers at once may both ask; the second command then finds nothing left to expire.
EXPIRE_ORDERS = """
WITH due AS (
    SELECT o.instrument_id
      FROM market_order o JOIN market_orderterms t ON t.order_id = o.id
     WHERE o.is_open AND o.time_in_force = %(gtd)s AND o.ord_status <> %(pending)s
       AND t.expire_time_ns <= (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint * 1000
     GROUP BY o.instrument_id
), asked AS (
    INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force,
                                     price_ticks, order_qty_lots, reserved_amount, reserved_lots, accepted_at,
                                     correlation_id)
    SELECT instrument_id, %(expire)s, 0, 0, 0, 0, %(gtd)s, -1, 0, 0, 0, now(), gen_random_uuid()
      FROM due
     WHERE NOT EXISTS (SELECT FROM market_inboxcommand c
                        WHERE c.instrument_id = due.instrument_id AND c.kind = %(expire)s)
    RETURNING instrument_id
)
SELECT i.symbol FROM asked JOIN market_instrument i ON i.id = asked.instrument_id
"""


def end_auctions() -> list[str]:
    """Ask for the end of each volatility auction whose time is over; the symbols of their books."""
    terms = list(CommandTerms(phase=TradingPhase.CONTINUOUS.value))
    return _symbols(
        END_AUCTIONS,
        {
            "auction": TradingPhase.VOLATILITY_AUCTION.value,
            "change_phase": CommandKind.CHANGE_PHASE.value,
            "terms": terms,
        },
    )


def expire_orders() -> list[str]:
    """Ask each book with an order whose date has come to expire all such orders; the symbols of these books."""
    return _symbols(
        EXPIRE_ORDERS,
        {
            "expire": CommandKind.EXPIRE.value,
            "gtd": TimeInForce.GTD.value,
            "pending": OrdStatus.PENDING_NEW.value,
        },
    )


def _symbols(sql: str, parameters: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]
