"""Everything that is known of one market while it is watched: its book, its newest trades, its candles."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

from terminal.live.local_book import Gap, LocalBook, follow
from terminal.records import Candle, Channel, Depth, Heartbeat, Instrument, Interval, Ticker, Trade, Update

TAPE_TRADES = 200
CANDLES_MAX = 400


class MarketView:
    """One market, told of everything that its channels say. After a Gap it needs a new subscription."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.book = LocalBook()
        self.tape: deque[Trade] = deque(maxlen=TAPE_TRADES)
        self.candles: deque[Candle] = deque(maxlen=CANDLES_MAX)
        self.interval = Interval.ONE_MINUTE
        self._positions: dict[Channel, int] = {}
        self._epochs: dict[Channel, str] = {}

    @property
    def symbol(self) -> str:
        """The instrument's symbol."""
        return self.instrument.symbol

    @property
    def has_book(self) -> bool:
        """Whether the book has had its snapshot."""
        return self.book.sequence >= 0

    def take(self, update: Update | Heartbeat) -> None:
        """Take in what a channel says. Raises Gap when something before it was missed."""
        if update.symbol != self.symbol:
            return
        if isinstance(update, Heartbeat):
            self._compare(update)
            return
        if not update.is_snapshot:
            follow(update, after=self._positions.get(update.channel, -1), epoch=self._epochs.get(update.channel, ""))
        match update.content:
            case Depth():
                self.book.take(update)
            case Ticker():
                pass
            case trades:
                self._take_trades(trades, is_snapshot=update.is_snapshot)
        self._positions[update.channel] = update.last_sequence
        self._epochs[update.channel] = update.epoch

    def begin_candles(self, candles: Sequence[Candle], *, interval: Interval) -> None:
        """Draw from these candles on, and the trades that came after them."""
        self.interval = interval
        self.candles = deque(candles, maxlen=CANDLES_MAX)
        counted = sum(candle.trade_count for candle in candles[-1:])
        newest = candles[-1].open_time if candles else datetime.min.replace(tzinfo=UTC)
        later = [trade for trade in reversed(self.tape) if self._open_time(trade) >= newest]
        within = sum(self._open_time(trade) == newest for trade in later)
        # The last candle holds the first trades of its interval already, and so does the tape if it is long enough.
        for trade in later[min(counted, within) :]:
            self._add_to_candles(trade)

    def _compare(self, heartbeat: Heartbeat) -> None:
        for channel, position in heartbeat.positions.items():
            held = self._positions.get(channel)
            if held is not None and held < position:
                raise Gap(f"The {channel} of {heartbeat.symbol} stands at {position}, not {held}.")

    def _take_trades(self, trades: Sequence[Trade], *, is_snapshot: bool) -> None:
        known = self.tape[0].trade_id if self.tape else 0
        if is_snapshot:
            self.tape.clear()
        for trade in trades:
            self.tape.appendleft(trade)
            if trade.trade_id > known and (self.candles or not is_snapshot):
                self._add_to_candles(trade)

    def _add_to_candles(self, trade: Trade) -> None:
        open_time = self._open_time(trade)
        if self.candles and self.candles[-1].open_time > open_time:
            return
        if self.candles and self.candles[-1].open_time == open_time:
            self.candles[-1] = _with(self.candles[-1], trade)
        else:
            price = trade.price
            self.candles.append(Candle(open_time, price, price, price, price, trade.quantity, 1))

    def _open_time(self, trade: Trade) -> datetime:
        length = self.interval.seconds
        return datetime.fromtimestamp(int(trade.executed_at.timestamp()) // length * length, tz=UTC)


def _with(candle: Candle, trade: Trade) -> Candle:
    return Candle(
        candle.open_time,
        candle.open_px,
        max(candle.high_px, trade.price),
        min(candle.low_px, trade.price),
        trade.price,
        candle.volume + trade.quantity,
        candle.trade_count + 1,
    )
