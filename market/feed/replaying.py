"""Giving a missed range of a book's public events again, out of the journal, in the form in which it was live."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import structlog
from django.db.backends.utils import CursorWrapper

from market.errors import Expired, OtherEpoch, SequenceAhead, Unavailable, UnknownSymbol
from market.feed import source
from market.feed.book_view import MOVES_AN_ORDER, NO_PRICE
from market.feed.channels import Channel, feeds_of
from market.feed.market_view import MarketView, Opening
from market.feed.message import Message
from market.feed.pace import Budget
from vocabulary import identifiers, limits
from vocabulary.commands import EventKind
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits, plain

REPLAYED_CHANNELS = (Channel.TRADES, Channel.DEPTH)
"""What can be missed. A ticker is whole in each of its messages: the next one says it all."""

logger = structlog.get_logger(__name__)

_budget = Budget(limits.REPLAYS_PER_S, at_once=limits.REPLAYS_AT_ONCE, callers_max=limits.REPLAY_CALLERS_KNOWN_MAX)


@dataclass(frozen=True, slots=True)
class Replay:
    """A range of a book's events: one message a channel, each of which accounts for all of it.

    ``newest_sequence`` is how far the book had come; whoever wants more asks again from ``last_sequence`` + 1.
    """

    symbol: str
    epoch: str
    first_sequence: int
    last_sequence: int
    newest_sequence: int
    messages: tuple[Message, ...]

    @property
    def body(self) -> dict[str, Any]:
        """The replay as the doors that speak JSON say it."""
        return {
            "symbol": self.symbol,
            "epoch": self.epoch,
            "first_sequence": self.first_sequence,
            "last_sequence": self.last_sequence,
            "newest_sequence": self.newest_sequence,
            "messages": [{"type": message.type, **message.body} for message in self.messages],
        }


def replay(
    symbol: str,
    *,
    epoch: str,
    first_sequence: int,
    count: int,
    channels: Collection[Channel] = REPLAYED_CHANNELS,
    caller: str,
) -> Replay:
    """The events of a book from ``first_sequence`` on, as the live channels would have told them to a slow reader.

    At most ``count`` events, cut where a command ends; one command that gave more is given whole. The depth carries the
    checksum of the book after the range. ``caller`` is whoever asks, for the budget.

    Raises NotFound, Throttled, Unavailable, OtherEpoch, SequenceAhead, and Expired for what the journal has given up
    or, when depth is asked for, for what lies further back than REPLAY_DEPTH_REACH_EVENTS.
    """
    assert 1 <= count <= limits.REPLAY_EVENTS_MAX, "the door has checked the count"
    assert set(channels) <= set(REPLAYED_CHANNELS), "the door has checked the channels"
    _budget.spend(caller, now_s=time.monotonic())
    if not identifiers.is_symbol(symbol):
        raise UnknownSymbol(symbol)
    try:
        with source.one_moment() as cursor:
            rows = source.fetch(cursor, source.BOOK, [symbol])
            if not rows:
                raise UnknownSymbol(symbol)
            return _Journal(cursor, symbol, rows[0]).replay(epoch, first_sequence, count, channels)
    except source.DATABASE_AWAY as error:
        logger.warning("feed_cannot_replay", symbol=symbol, error=str(error))
        raise Unavailable("The exchange's database is not available; try again.") from error


class _Journal:
    """One book's journal at one moment."""

    def __init__(self, cursor: CursorWrapper, symbol: str, book: tuple[Any, ...]) -> None:
        self._cursor = cursor
        self._symbol = symbol
        self._instrument_id, tick_size, lot_size, reference_price, epoch, self._newest = book[:6]
        self._phase, self._phase_reason = book[7:9]
        self._epoch = str(epoch)
        self._units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
        self._reference_price = reference_price

    def replay(self, epoch: str, first: int, count: int, channels: Collection[Channel]) -> Replay:
        if epoch != self._epoch:
            raise OtherEpoch(
                f"The book of {self._symbol} lives in the epoch {self._epoch}; begin with a new snapshot.",
                field="epoch",
            )
        if first > self._newest:
            raise SequenceAhead(
                f"The book of {self._symbol} has come to event {self._newest}, not to {first}.", field="from"
            )
        self._refuse_what_is_gone(first, is_depth=Channel.DEPTH in channels)
        events = source.whole_commands(
            self._cursor, instrument_id=self._instrument_id, sequence=first - 1, events_max=count
        )
        orders = self._orders_before(first) if Channel.DEPTH in channels else []
        view = MarketView(self._opening(first - 1, orders))
        feeds = feeds_of(view)
        view.apply(events)
        view.phase = TradingPhase(events[-1].phase)
        if Channel.DEPTH in channels:
            view.phase_reason = self._phase_reason if self._phase_stands_since(view.sequence) else ""
        messages = tuple(feeds[channel].account(now_us=0) for channel in REPLAYED_CHANNELS if channel in channels)
        return Replay(self._symbol, self._epoch, first, view.sequence, self._newest, messages)

    def _refuse_what_is_gone(self, first: int, *, is_depth: bool) -> None:
        oldest = source.fetch(self._cursor, OLDEST, [self._instrument_id])
        kept_from = oldest[0][0] if oldest else self._newest + 1
        if is_depth:
            kept_from = max(kept_from, self._newest + 1 - limits.REPLAY_DEPTH_REACH_EVENTS)
        if first < kept_from:
            detail = f"The events of {self._symbol} can be given again from {kept_from} on; begin with a new snapshot."
            raise Expired(detail, field="from")
        if is_depth and kept_from > 1 and self._lacks_what_came_before(first):
            raise Expired(f"What stood in the book before event {first} is not kept; begin with a new snapshot.")

    def _lacks_what_came_before(self, first: int) -> bool:
        """Whether an order has moved since whose earlier events are gone: where it stood, nobody can tell."""
        return bool(source.fetch(self._cursor, ORPHANS, self._since(first))[0][0])

    def _orders_before(self, first: int) -> list[tuple[int, int, int, int]]:
        """What stood in the book before an event: what has not moved since, and the rest where it stood then."""
        rows = source.fetch(self._cursor, ORDERS_BEFORE, self._since(first))
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _since(self, first: int) -> dict[str, Any]:
        return {
            "instrument_id": self._instrument_id,
            "first": first,
            "moves": [kind.value for kind in MOVES_AN_ORDER],
            "begins": [EventKind.NEW.value, EventKind.REJECTED.value],
            "sequenced": source.SEQUENCED,
            "no_price": NO_PRICE,
        }

    def _opening(self, sequence: int, orders: list[tuple[int, int, int, int]]) -> Opening:
        return Opening(
            symbol=self._symbol,
            instrument_id=self._instrument_id,
            units=self._units,
            reference_price=self._reference_price,
            epoch=self._epoch,
            sequence=sequence,
            phase=TradingPhase(self._phase),
            phase_reason="",
            last_px_ticks=None,
            orders=orders,
            trades=[],
            minutes=[],
            auction=None,
        )

    def _phase_stands_since(self, sequence: int) -> bool:
        """Whether the phase after an event is today's: the reasons of earlier ones are not in the journal."""
        return not source.fetch(self._cursor, PHASE_CHANGES, [self._instrument_id, sequence])


OLDEST = "SELECT event_seq FROM market_journalevent WHERE instrument_id = %s ORDER BY event_seq LIMIT 1"
PHASE_CHANGES = f"""
SELECT 1 FROM market_journalevent
 WHERE instrument_id = %s AND event_seq > %s AND kind = {EventKind.PHASE_CHANGED.value} LIMIT 1
"""
TOUCHED = """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT order_id FROM market_journalevent
     WHERE instrument_id = %(instrument_id)s AND event_seq >= %(first)s AND kind = ANY(%(moves)s))
"""
ORDERS_BEFORE = f"""{TOUCHED}
SELECT o.id, o.side, o.price_ticks, o.leaves_qty_lots - o.hidden_qty_lots
  FROM market_order o
 WHERE o.instrument_id = %(instrument_id)s AND o.is_open AND o.ord_status = ANY(%(sequenced)s)
   AND o.leaves_qty_lots > o.hidden_qty_lots AND NOT EXISTS (SELECT FROM touched t WHERE t.order_id = o.id)
 UNION ALL
SELECT t.order_id, e.side, e.price_ticks, e.leaves_qty_lots - e.hidden_qty_lots
  FROM touched t CROSS JOIN LATERAL (
       SELECT side, price_ticks, leaves_qty_lots, hidden_qty_lots FROM market_journalevent
        WHERE order_id = t.order_id AND instrument_id = %(instrument_id)s AND event_seq < %(first)s
          AND kind = ANY(%(moves)s)
        ORDER BY event_seq DESC LIMIT 1) e
 WHERE e.leaves_qty_lots > e.hidden_qty_lots AND e.price_ticks <> %(no_price)s
"""
ORPHANS = f"""{TOUCHED}
SELECT EXISTS (
    SELECT FROM touched t CROSS JOIN LATERAL (
           SELECT kind FROM market_journalevent
            WHERE order_id = t.order_id AND instrument_id = %(instrument_id)s ORDER BY event_seq LIMIT 1) e
     WHERE NOT e.kind = ANY(%(begins)s))
"""
