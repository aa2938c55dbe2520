"""From the feed's messages to market data updates, each translated once however many streams it goes to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from grpc_api.translator import words
from grpc_api.translator.parts import stamp
from market.feed import Channel, Message, Replay, SnapshotReason
from marketops.v1 import market_data_pb2, market_service_pb2
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

KEPT_UPDATES = 512
TICKER_FIELDS = (
    "phase_reason", "reference_price", "last_px", "change", "change_percent", "bid_px", "bid_qty", "offer_px",
    "offer_qty", "spread", "high_px", "low_px", "volume", "indicative_px", "indicative_qty", "imbalance_qty",
)  # fmt: skip

Body = Mapping[str, Any]
Content = market_data_pb2.Trades | market_data_pb2.Depth | market_data_pb2.Ticker


def market_data(messages: Iterable[Message]) -> market_service_pb2.StreamMarketDataResponse:
    """One response that says what these messages say, in their order."""
    return market_service_pb2.StreamMarketDataResponse(updates=[_update(message) for message in messages])


def replayed(found: Replay) -> market_service_pb2.ReplayResponse:
    """A range of a book's events, told again."""
    return market_service_pb2.ReplayResponse(
        symbol=found.symbol,
        epoch=found.epoch,
        first_sequence=found.first_sequence,
        last_sequence=found.last_sequence,
        newest_sequence=found.newest_sequence,
        updates=[_update(message) for message in found.messages],
    )


@lru_cache(maxsize=KEPT_UPDATES)
def _update(message: Message) -> market_data_pb2.MarketDataUpdate:
    body = message.body
    update = market_data_pb2.MarketDataUpdate(
        symbol=message.symbol, epoch=body["epoch"], last_sequence=body["last_sequence"]
    )
    if message.type == "heartbeat":
        positions = {name.value: body["channels"][name] for name in _CONTENT_OF if name in body["channels"]}
        update.heartbeat.positions.update(positions)
        return update
    content = _CONTENT_OF[Channel(message.channel)](body)
    if message.type == "snapshot":
        update.snapshot.channel = words.CHANNEL[Channel(message.channel)]
        update.snapshot.epoch = body["epoch"]
        update.snapshot.reason = words.SNAPSHOT_REASON[SnapshotReason(body["reason"])]
        _fill(update.snapshot, content, channel=message.channel)
    else:
        update.first_sequence = body["first_sequence"]
        _fill(update, content, channel=message.channel)
    return update


def _fill(
    target: market_data_pb2.MarketDataUpdate | market_data_pb2.Snapshot, content: Content, *, channel: str
) -> None:
    getattr(target, channel).CopyFrom(content)


def _trades(body: Body) -> market_data_pb2.Trades:
    return market_data_pb2.Trades(
        trades=[
            market_data_pb2.Trade(
                trade_id=trade["trade_id"],
                price=trade["price"],
                quantity=trade["quantity"],
                aggressor_side=_side(trade["aggressor_side"]),
                executed_at=_stamp(trade["executed_at"]),
                sequence=trade["sequence"],
            )
            for trade in body["trades"]
        ]
    )


def _depth(body: Body) -> market_data_pb2.Depth:
    return market_data_pb2.Depth(
        phase=_phase(body),
        phase_reason=body["phase_reason"],
        bids=_levels(body["bids"]),
        offers=_levels(body["offers"]),
        checksum=body.get("checksum"),
    )


def _ticker(body: Body) -> market_data_pb2.Ticker:
    ends_at = body["auction_ends_at"]
    return market_data_pb2.Ticker(
        phase=_phase(body),
        auction_ends_at=None if ends_at is None else _stamp(ends_at),
        **{name: body[name] for name in TICKER_FIELDS},
    )


def _levels(levels: list[list[str]]) -> list[market_data_pb2.DepthLevel]:
    return [market_data_pb2.DepthLevel(price=price, quantity=quantity) for price, quantity in levels]


def _phase(body: Body) -> Any:
    return words.TRADING_PHASE[TradingPhase[body["phase"]]]


def _side(name: str | None) -> Any:
    return words.number_of(words.SIDE, None if name is None else Side[name])


def _stamp(text: str) -> Timestamp:
    return stamp(datetime.fromisoformat(text))


_CONTENT_OF: dict[Channel, Callable[[Body], Content]] = {
    Channel.TRADES: _trades,
    Channel.DEPTH: _depth,
    Channel.TICKER: _ticker,
}
