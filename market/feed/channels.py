"""The public channels: how a market's news becomes messages, each accounting for a range of sequences."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from market.feed import checksum
from market.feed.book_view import Level
from market.feed.market_view import MarketView, PublicTrade
from market.feed.message import Message
from market.feed.minute_candles import MinuteCandle
from vocabulary import limits
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PERCENT_PLACES = Decimal("0.01")
CHECKSUM_INTERVAL_US = 1000 * limits.DEPTH_CHECKSUM_MS
GONE = "0"
"""The quantity of a level that is gone, whatever the lot size."""


class Channel(StrEnum):
    """What can be subscribed to."""

    TRADES = "trades"
    DEPTH = "depth"
    TICKER = "ticker"
    DEPTH_5 = "depth_5"
    DEPTH_20 = "depth_20"
    CANDLES = "candles"
    STATUS = "status"


class SnapshotReason(StrEnum):
    """Why a snapshot comes."""

    SUBSCRIBED = "subscribed"
    NEW_EPOCH = "new_epoch"
    REREAD = "reread"
    """The book's row had gone back within its epoch; what was said since is void."""


class Changes(NamedTuple):
    """What a channel has to say since it last spoke, and whether it is worth a message."""

    are_news: bool
    body: dict[str, Any]


class ChannelFeed(ABC):
    """One channel of one market. Its messages follow one another without a gap, news or no news in between.

    ``position`` is the sequence up to which its messages account. Between frames the channel says nothing, so that
    its snapshot and its next message meet exactly: ask for a frame before a snapshot.
    """

    channel: Channel

    def __init__(self, view: MarketView) -> None:
        self._view = view
        self._snapshots: dict[SnapshotReason, Message] = {}
        self.position = view.sequence

    def frame(self, *, now_us: int) -> Message | None:
        """The news since the last frame; None when the channel has none."""
        changes = self._take_changes(now_us=now_us)
        return self._message(changes.body) if changes.are_news else None

    def account(self, *, now_us: int) -> Message:
        """One message for everything since the last one, even if that is nothing."""
        return self._message(self._take_changes(now_us=now_us).body)

    def snapshot(self, *, now_us: int, reason: SnapshotReason = SnapshotReason.SUBSCRIBED) -> Message:
        """The whole of what the channel has said so far."""
        if reason not in self._snapshots:
            body = {
                "channel": self.channel,
                "symbol": self._view.symbol,
                "epoch": self._view.epoch,
                "reason": reason,
                "last_sequence": self.position,
                **self._whole(now_us=now_us),
            }
            self._snapshots[reason] = Message("snapshot", body=body, channel=self.channel, symbol=self._view.symbol)
        return self._snapshots[reason]

    def _message(self, changes: dict[str, Any]) -> Message:
        body = {
            "symbol": self._view.symbol,
            "epoch": self._view.epoch,
            "first_sequence": self.position + 1,
            "last_sequence": self._view.sequence,
            **changes,
        }
        self.position = self._view.sequence
        self._snapshots.clear()
        return Message(self.channel, body=body, channel=self.channel, symbol=self._view.symbol)

    @abstractmethod
    def _take_changes(self, *, now_us: int) -> Changes: ...

    @abstractmethod
    def _whole(self, *, now_us: int) -> dict[str, Any]: ...

    def _price(self, ticks: int | None) -> str | None:
        return None if ticks is None else f"{self._view.units.to_price(ticks):f}"

    def _quantity(self, lots: int) -> str:
        return f"{self._view.units.to_quantity(lots):f}"


class TradesFeed(ChannelFeed):
    """Every trade, once."""

    channel = Channel.TRADES

    def _take_changes(self, *, now_us: int) -> Changes:
        fresh = self._view.take_fresh_trades()
        return Changes(bool(fresh), {"trades": [self._trade(trade) for trade in fresh]})

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        return {"trades": [self._trade(trade) for trade in self._view.newest_trades]}

    def _trade(self, trade: PublicTrade) -> dict[str, Any]:
        executed_at = EPOCH + timedelta(microseconds=trade.executed_us)
        return {
            "trade_id": trade.trade_seq,
            "price": self._price(trade.price_ticks),
            "quantity": self._quantity(trade.quantity_lots),
            "aggressor_side": Side(trade.aggressor_side).name if trade.aggressor_side else None,
            "executed_at": _time(executed_at),
            "sequence": trade.event_seq,
        }


class DepthFeed(ChannelFeed):
    """Price levels: those that changed, each with its new quantity; and every so often the whole book's checksum."""

    channel = Channel.DEPTH

    def __init__(self, view: MarketView) -> None:
        super().__init__(view)
        self._phase = self._phase_now()
        self._checksum_due_us = 0

    def account(self, *, now_us: int) -> Message:
        """One message for everything since the last one, with the checksum of the book after it."""
        changes = self._take_changes(now_us=now_us)
        return self._message({**changes.body, "checksum": self._checksum()})

    def _take_changes(self, *, now_us: int) -> Changes:
        bids, offers = self._view.book.bids.take_changes(), self._view.book.offers.take_changes()
        before, self._phase = self._phase, self._phase_now()
        body: dict[str, Any] = {**self._phase, "bids": self._levels(bids), "offers": self._levels(offers)}
        are_news = bool(bids or offers or self._phase != before)
        if are_news and now_us >= self._checksum_due_us:
            self._checksum_due_us = now_us + CHECKSUM_INTERVAL_US
            body["checksum"] = self._checksum()
        return Changes(are_news, body)

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        bids, offers = self._whole_sides()
        return {**self._phase_now(), "bids": bids, "offers": offers, "checksum": checksum.of_book(bids, offers)}

    def _checksum(self) -> int:
        return checksum.of_book(*self._whole_sides())

    def _whole_sides(self) -> tuple[list[list[str]], list[list[str]]]:
        book = self._view.book
        return self._levels(list(book.bids)), self._levels(list(book.offers))

    def _phase_now(self) -> dict[str, str]:
        return {"phase": self._view.phase.name, "phase_reason": self._view.phase_reason}

    def _levels(self, levels: list[Level]) -> list[list[str]]:
        to_price = self._view.units.to_price
        return [
            [f"{to_price(level.price_ticks):f}", self._quantity(level.qty_lots) if level.qty_lots else GONE]
            for level in levels
        ]


class TickerFeed(ChannelFeed):
    """The market at a glance. High, low and volume are of the last 24 hours, rolling by the minute."""

    channel = Channel.TICKER

    def __init__(self, view: MarketView) -> None:
        super().__init__(view)
        self._said: dict[str, Any] | None = None

    def _take_changes(self, *, now_us: int) -> Changes:
        before, self._said = self._said, self._whole(now_us=now_us)
        return Changes(self._said != before, self._said)

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        view, day = self._view, self._view.day(now_us=now_us)
        bid, offer = view.book.bids.best, view.book.offers.best
        last_px = None if view.last_px_ticks is None else view.units.to_price(view.last_px_ticks)
        change = None if last_px is None else last_px - view.reference_price
        percent = None if change is None else (100 * change / view.reference_price).quantize(PERCENT_PLACES)
        return {
            "phase": view.phase.name,
            "phase_reason": view.phase_reason,
            **self._auction(),
            "reference_price": f"{view.reference_price:f}",
            "last_px": self._price(view.last_px_ticks),
            "change": None if change is None else f"{change:f}",
            "change_percent": None if percent is None else f"{percent:f}",
            "bid_px": self._price(bid.price_ticks) if bid else None,
            "bid_qty": self._quantity(bid.qty_lots) if bid else None,
            "offer_px": self._price(offer.price_ticks) if offer else None,
            "offer_qty": self._quantity(offer.qty_lots) if offer else None,
            "spread": self._price(offer.price_ticks - bid.price_ticks) if bid and offer else None,
            "high_px": self._price(day.high_ticks),
            "low_px": self._price(day.low_ticks),
            "volume": self._quantity(day.volume_lots),
        }

    def _auction(self) -> dict[str, Any]:
        """What an auction would give now; null in a phase that holds none."""
        found = self._view.auction
        return {
            "indicative_px": self._price(found.price_ticks) if found else None,
            "indicative_qty": self._quantity(found.qty_lots) if found else None,
            "imbalance_qty": self._quantity(found.imbalance_lots) if found else None,
            "auction_ends_at": _time(found.ends_at) if found and found.ends_at else None,
        }


class BestLevelsFeed(ChannelFeed):
    """The best price levels of each side, whole in every message, for those who keep no book."""

    levels: int

    def __init__(self, view: MarketView) -> None:
        super().__init__(view)
        self._said = self._best()

    def _take_changes(self, *, now_us: int) -> Changes:
        before, self._said = self._said, self._best()
        are_news = self._said != before
        return Changes(are_news, self._whole(now_us=now_us) if are_news else {})

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        bids, offers, phase = self._best()
        return {"phase": TradingPhase(phase).name, "bids": self._told(bids), "offers": self._told(offers)}

    def _best(self) -> tuple[list[Level], list[Level], int]:
        book = self._view.book
        return list(islice(book.bids, self.levels)), list(islice(book.offers, self.levels)), self._view.phase.value

    def _told(self, levels: list[Level]) -> list[list[str | None]]:
        return [[self._price(level.price_ticks), self._quantity(level.qty_lots)] for level in levels]


class BestFiveFeed(BestLevelsFeed):
    """The five best."""

    channel = Channel.DEPTH_5
    levels = 5


class BestTwentyFeed(BestLevelsFeed):
    """The twenty best."""

    channel = Channel.DEPTH_20
    levels = 20


class CandlesFeed(ChannelFeed):
    """Candles of one minute: those that have changed, each whole."""

    channel = Channel.CANDLES

    def _take_changes(self, *, now_us: int) -> Changes:
        fresh = self._view.candles.take_changes()
        return Changes(bool(fresh), {"candles": [self._candle(each) for each in fresh]})

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        return {"candles": [self._candle(each) for each in self._view.candles]}

    def _candle(self, candle: MinuteCandle) -> dict[str, Any]:
        return {
            "open_time": _time(EPOCH + timedelta(minutes=candle.number)),
            "open_px": self._price(candle.open_ticks),
            "high_px": self._price(candle.high_ticks),
            "low_px": self._price(candle.low_ticks),
            "close_px": self._price(candle.close_ticks),
            "volume": self._quantity(candle.volume_lots),
            "trade_count": candle.trade_count,
        }


class StatusFeed(ChannelFeed):
    """The trading phase, why it holds, and when a volatility auction is to end."""

    channel = Channel.STATUS

    def __init__(self, view: MarketView) -> None:
        super().__init__(view)
        self._said = self._whole(now_us=0)

    def _take_changes(self, *, now_us: int) -> Changes:
        before, self._said = self._said, self._whole(now_us=now_us)
        return Changes(self._said != before, self._said)

    def _whole(self, *, now_us: int) -> dict[str, Any]:
        auction = self._view.auction
        return {
            "phase": self._view.phase.name,
            "phase_reason": self._view.phase_reason,
            "auction_ends_at": _time(auction.ends_at) if auction and auction.ends_at else None,
        }


FEEDS: tuple[type[ChannelFeed], ...] = (
    TradesFeed,
    DepthFeed,
    TickerFeed,
    BestFiveFeed,
    BestTwentyFeed,
    CandlesFeed,
    StatusFeed,
)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def feeds_of(view: MarketView) -> dict[Channel, ChannelFeed]:
    """Every channel of a market, from where the market stands."""
    return {feed.channel: feed(view) for feed in FEEDS}
