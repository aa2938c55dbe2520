"""What the feed reads from the database: where a market stands, and the events after a sequence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from market.errors import UnknownSymbol
from market.feed.day_summary import Minute
from market.feed.frame import COLUMNS, PublicEvent
from market.feed.market_view import Auction, Opening, PublicTrade
from market.feed.minute_candles import MinuteCandle
from market.records import BookPosition
from vocabulary import limits
from vocabulary.orders import OrdStatus
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits, plain

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What the reads raise while the database is away; anything else is a mistake."""


class Page(NamedTuple):
    """Events of whole commands, with the book's row at the same moment. ``is_last`` when no event follows them."""

    position: BookPosition
    phase: TradingPhase
    phase_reason: str
    auction: Auction | None
    events: list[PublicEvent]

    @property
    def is_last(self) -> bool:
        """Whether these events lead up to where the book stood."""
        return not self.events or self.events[-1].event_seq == self.position.sequence


def listed(symbols: Iterable[str]) -> set[str]:
    """Those of the symbols that are instruments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT symbol FROM market_instrument WHERE symbol = ANY(%s)", [list(symbols)])
        return {row[0] for row in cursor.fetchall()}


def positions(instrument_ids: Iterable[int]) -> dict[int, BookPosition]:
    """How far these books have come, in one cheap read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT instrument_id, epoch, event_seq FROM market_book WHERE instrument_id = ANY(%s)",
            [list(instrument_ids)],
        )
        return {row[0]: BookPosition(str(row[1]), row[2]) for row in cursor.fetchall()}


BOOK = """
SELECT i.id, i.tick_size, i.lot_size, i.reference_price, b.epoch, b.event_seq, b.last_px_ticks, b.phase,
       b.phase_reason, b.indicative_px_ticks, b.indicative_qty_lots, b.imbalance_lots, b.auction_ends_at
  FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
 WHERE i.symbol = %s
"""
OPEN_ORDERS = """
SELECT id, side, price_ticks, leaves_qty_lots - hidden_qty_lots
  FROM market_order
 WHERE instrument_id = %s AND is_open AND ord_status = ANY(%s) AND leaves_qty_lots > hidden_qty_lots
"""
NEWEST_TRADES = """
SELECT trade_seq, price_ticks, quantity_lots, aggressor_side,
       (extract(epoch FROM executed_at) * 1000000)::bigint, event_seq
  FROM market_trade
 WHERE instrument_id = %s ORDER BY trade_seq DESC LIMIT %s
"""
MINUTES = """
SELECT floor(extract(epoch FROM executed_at) / 60)::bigint AS minute,
       max(price_ticks), min(price_ticks), sum(quantity_lots)::bigint
  FROM market_trade
 WHERE instrument_id = %s AND executed_at > now() - interval '24 hours'
 GROUP BY minute ORDER BY minute
"""
CANDLES = """
SELECT floor(extract(epoch FROM executed_at) / 60)::bigint AS minute,
       (array_agg(price_ticks ORDER BY trade_seq))[1], max(price_ticks), min(price_ticks),
       (array_agg(price_ticks ORDER BY trade_seq DESC))[1], sum(quantity_lots)::bigint, count(*)
  FROM market_trade
 WHERE instrument_id = %s AND executed_at >= date_trunc('minute', now()) - make_interval(mins => %s)
 GROUP BY minute ORDER BY minute
"""
SEQUENCED = [OrdStatus.NEW.value, OrdStatus.PARTIALLY_FILLED.value]


def opening(symbol: str) -> Opening:
    """Where an instrument's market stands, all of it at one moment. Raises NotFound."""
    with one_moment() as cursor:
        book = fetch(cursor, BOOK, [symbol])
        if not book:
            raise UnknownSymbol(symbol)
        instrument_id, tick_size, lot_size, reference, epoch, sequence, last_px_ticks, *state = book[0]
        phase, phase_reason, auction = _state(*state)
        orders = fetch(cursor, OPEN_ORDERS, [instrument_id, SEQUENCED])
        trades = fetch(cursor, NEWEST_TRADES, [instrument_id, limits.FEED_TRADES_KEPT])
        minutes = fetch(cursor, MINUTES, [instrument_id])
        candles = fetch(cursor, CANDLES, [instrument_id, limits.FEED_CANDLES_KEPT - 1])
    units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
    return Opening(
        symbol=symbol,
        instrument_id=instrument_id,
        units=units,
        reference_price=units.to_price(units.to_ticks(reference)),
        epoch=str(epoch),
        sequence=sequence,
        phase=phase,
        phase_reason=phase_reason,
        last_px_ticks=last_px_ticks,
        auction=auction,
        orders=[(row[0], row[1], row[2], row[3]) for row in orders],
        trades=[PublicTrade(*row) for row in reversed(trades)],
        minutes=[Minute(*row) for row in minutes],
        candles=[MinuteCandle(*row) for row in candles],
    )


EVENTS = f"""
SELECT {", ".join(COLUMNS)}
  FROM market_journalevent
 WHERE instrument_id = %s AND event_seq > %s ORDER BY event_seq LIMIT %s
"""


def page_after(instrument_id: int, sequence: int) -> Page:
    """About FEED_READ_EVENTS_MAX of the events after a sequence, cut where a command ends, and the book's row."""
    with one_moment() as cursor:
        cursor.execute(
            "SELECT epoch, event_seq, phase, phase_reason, indicative_px_ticks, indicative_qty_lots, imbalance_lots,"
            " auction_ends_at FROM market_book WHERE instrument_id = %s",
            [instrument_id],
        )
        row = cursor.fetchone()
        assert row is not None, "a book's row is never deleted"
        events = whole_commands(
            cursor, instrument_id=instrument_id, sequence=sequence, events_max=limits.FEED_READ_EVENTS_MAX
        )
    return Page(BookPosition(str(row[0]), row[1]), *_state(*row[2:]), events)


def _state(phase: int, reason: str, *auction: Any) -> tuple[TradingPhase, str, Auction | None]:
    """A book's phase, why, and in a phase that collects orders what its auction would give."""
    entered = TradingPhase(phase)
    return entered, reason, Auction(*auction) if entered.collects else None


def whole_commands(cursor: CursorWrapper, *, instrument_id: int, sequence: int, events_max: int) -> list[PublicEvent]:
    """The events after a sequence, up to the last command that is surely complete.

    At most ``events_max``, but for a command that gave more: it is read to its end.
    """
    events: list[PublicEvent] = []
    while True:
        more = fetch(cursor, EVENTS, [instrument_id, sequence, events_max + 1])
        events += (PublicEvent(*row) for row in more)
        if len(more) <= events_max:
            return events
        last_command_seq = events[-1].command_seq
        if events[0].command_seq != last_command_seq:
            return [event for event in events if event.command_seq != last_command_seq]
        sequence = events[-1].event_seq


@contextmanager
def one_moment() -> Iterator[CursorWrapper]:
    """A transaction in which every statement sees the database as it was at the first."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield cursor


def fetch(cursor: CursorWrapper, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement."""
    cursor.execute(sql, parameters)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
