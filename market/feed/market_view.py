"""What the public knows of one instrument, at one sequence: book, newest trades, day's figures and phase."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from market.feed.book_view import BookView
from market.feed.day_summary import DayFigures, DaySummary, Minute
from market.feed.frame import PublicEvent
from vocabulary import limits
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits


class PublicTrade(NamedTuple):
    """One trade; ``event_seq`` is that of the aggressor's fill."""

    trade_seq: int
    price_ticks: int
    quantity_lots: int
    aggressor_side: int
    executed_us: int
    event_seq: int


@dataclass(frozen=True, slots=True)
class Opening:
    """An instrument's market as one database snapshot showed it: where a view begins."""

    symbol: str
    instrument_id: int
    units: TradingUnits
    reference_price: Decimal
    epoch: str
    sequence: int
    phase: TradingPhase
    phase_reason: str
    last_px_ticks: int | None
    orders: list[tuple[int, int, int, int]]
    trades: list[PublicTrade]
    minutes: list[Minute]


class MarketView:
    """A market that events move on. Whoever gives it events gives whole commands, in order and without a gap."""

    def __init__(self, opening: Opening) -> None:
        self.symbol = opening.symbol
        self.instrument_id = opening.instrument_id
        self.units = opening.units
        self.reference_price = opening.reference_price
        self.epoch = opening.epoch
        self.sequence = opening.sequence
        self.phase = opening.phase
        self.phase_reason = opening.phase_reason
        self.last_px_ticks = opening.last_px_ticks
        self.book = BookView(opening.orders)
        self.newest_trades: deque[PublicTrade] = deque(opening.trades, maxlen=limits.FEED_TRADES_KEPT)
        self._fresh_trades: list[PublicTrade] = []
        self._day = DaySummary(opening.minutes)

    def apply(self, events: Iterable[PublicEvent]) -> None:
        """Move on by the events of whole commands."""
        for event in events:
            assert event.event_seq == self.sequence + 1, "events come without a gap"
            self.sequence = event.event_seq
            self.book.apply(event)
            if event.kind == EventKind.TRADE and event.liquidity == LiquiditySide.TAKER:
                self._print(event)
            elif event.kind == EventKind.PHASE_CHANGED:
                # The event does not tell the reason; whoever reads the book's row sets it.
                self.phase, self.phase_reason = TradingPhase(event.phase), ""

    def take_fresh_trades(self) -> list[PublicTrade]:
        """The trades since this was last asked, oldest first."""
        fresh, self._fresh_trades = self._fresh_trades, []
        return fresh

    def day(self, *, now_us: int) -> DayFigures:
        """High, low and volume of the day that ends now."""
        return self._day.figures(now_us=now_us)

    def _print(self, event: PublicEvent) -> None:
        trade = PublicTrade(
            event.trade_seq,
            event.last_px_ticks,
            event.last_qty_lots,
            event.side,
            event.transact_time_ns // 1000,
            event.event_seq,
        )
        self.last_px_ticks = trade.price_ticks
        self.newest_trades.append(trade)
        self._fresh_trades.append(trade)
        self._day.add(executed_us=trade.executed_us, price_ticks=trade.price_ticks, quantity_lots=trade.quantity_lots)
