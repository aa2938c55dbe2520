"""What the public knows of one instrument, at one sequence: book, newest trades, day's figures and phase."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from market.feed.book_view import BookView
from market.feed.day_summary import DayFigures, DaySummary, Minute
from market.feed.frame import PublicEvent
from market.feed.minute_candles import MinuteCandle, MinuteCandles
from vocabulary import limits
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide, Side
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits


class PublicTrade(NamedTuple):
    """One trade; ``event_seq`` is that of the aggressor's fill, of the seller's in an auction.

    ``aggressor_side`` is 0 for a trade of an auction.
    """

    trade_seq: int
    price_ticks: int
    quantity_lots: int
    aggressor_side: int
    executed_us: int
    event_seq: int


class Auction(NamedTuple):
    """What an auction would give now, as the book's row tells it; the price is None when nothing would trade."""

    price_ticks: int | None
    qty_lots: int
    imbalance_lots: int
    ends_at: datetime | None


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
    auction: Auction | None
    candles: list[MinuteCandle] = field(default_factory=list)


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
        self.auction = opening.auction
        self.book = BookView(opening.orders)
        self.newest_trades: deque[PublicTrade] = deque(opening.trades, maxlen=limits.FEED_TRADES_KEPT)
        self._fresh_trades: list[PublicTrade] = []
        self._day = DaySummary(opening.minutes)
        self.candles = MinuteCandles(opening.candles)

    def apply(self, events: Iterable[PublicEvent]) -> None:
        """Move on by the events of whole commands."""
        command_seq = None
        for event in events:
            assert event.event_seq == self.sequence + 1, "events come without a gap"
            self.sequence = event.event_seq
            if event.command_seq != command_seq:
                self.book.end_command()
                command_seq = event.command_seq
            self.book.apply(event)
            if event.kind == EventKind.TRADE and _completes_a_trade(event):
                self._print(event)
            elif event.kind == EventKind.PHASE_CHANGED:
                # The event tells neither the reason nor the auction; whoever reads the book's row sets them.
                self.phase, self.phase_reason, self.auction = TradingPhase(event.phase), "", None
        self.book.end_command()

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
            event.side if event.liquidity == LiquiditySide.TAKER else 0,
            event.transact_time_ns // 1000,
            event.event_seq,
        )
        self.last_px_ticks = trade.price_ticks
        self.newest_trades.append(trade)
        self._fresh_trades.append(trade)
        for sums in (self._day, self.candles):
            sums.add(executed_us=trade.executed_us, price_ticks=trade.price_ticks, quantity_lots=trade.quantity_lots)


def _completes_a_trade(event: PublicEvent) -> bool:
    """Whether this is the second of a trade's two fills: the taker's, or in an auction the seller's."""
    is_auction = event.liquidity == LiquiditySide.AUCTION
    return event.liquidity == LiquiditySide.TAKER or (is_auction and event.side == Side.SELL)
