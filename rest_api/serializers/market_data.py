"""Public market data: tickers, depth, trades and candles."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from market import feed
from rest_api.fields import ChoiceField, DecimalStringField, PatternField, TimeField, WholeNumberField, WordField
from rest_api.serializers.strict import QuerySerializer
from vocabulary import limits
from vocabulary.identifiers import EPOCH_PATTERN, SYMBOL_PATTERN
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

DEPTH_LEVELS_DEFAULT = 20
FULL_DEPTH_ORDERS_DEFAULT = 100
CANDLE_INTERVALS_S = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3_600, "1d": 86_400}


class TickerSerializer(serializers.Serializer[Any]):
    """An instrument's market at a glance."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    name = serializers.CharField()
    kind = serializers.CharField()
    currency = serializers.CharField()
    phase = WordField(TradingPhase)
    phase_reason = serializers.CharField()
    reference_price = DecimalStringField()
    last_px = DecimalStringField(allow_null=True, help_text="The price of the last trade.")
    change = DecimalStringField(allow_null=True, help_text="The last price against the reference price.")
    change_percent = DecimalStringField(allow_null=True)
    bid_px = DecimalStringField(allow_null=True)
    bid_qty = DecimalStringField(allow_null=True)
    offer_px = DecimalStringField(allow_null=True)
    offer_qty = DecimalStringField(allow_null=True)
    spread = DecimalStringField(allow_null=True)
    high_px = DecimalStringField(allow_null=True)
    low_px = DecimalStringField(allow_null=True)
    volume = DecimalStringField(help_text="The quantity traded in the last 24 hours.")
    indicative_px = DecimalStringField(
        allow_null=True, help_text="The price at which an auction would trade now; null outside auctions."
    )
    indicative_qty = DecimalStringField(allow_null=True, help_text="The quantity that would trade at it.")
    imbalance_qty = DecimalStringField(
        allow_null=True, help_text="What is wanted at it beyond what is offered; negative for a surplus."
    )
    auction_ends_at = TimeField(allow_null=True, help_text="When a volatility auction is to end.")
    last_sequence = serializers.IntegerField(help_text="The number of the book's last event.")


class DepthLevelSerializer(serializers.Serializer[Any]):
    """One price level of a book."""

    price = DecimalStringField()
    quantity = DecimalStringField()
    order_count = serializers.IntegerField()


class DepthSerializer(serializers.Serializer[Any]):
    """A book aggregated by price, best prices first, true at ``last_sequence``."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    epoch = PatternField(pattern=EPOCH_PATTERN, help_text="The life of the book that its sequences belong to.")
    last_sequence = serializers.IntegerField(help_text="The number of the last event that this contains.")
    phase = WordField(TradingPhase)
    bids = DepthLevelSerializer(many=True)
    offers = DepthLevelSerializer(many=True)


class FullDepthOrderSerializer(serializers.Serializer[Any]):
    """One order of a book, as it shows itself."""

    md_entry_id = serializers.CharField(
        help_text="The order's name in market data, the same for as long as it lives; it says nothing of its owner."
    )
    price = DecimalStringField()
    quantity = DecimalStringField(help_text="What it shows: of an iceberg its present slice.")
    queue_position = serializers.IntegerField(help_text="Its place at its price: 1 trades first.")


class FullDepthSerializer(serializers.Serializer[Any]):
    """A book order by order, what trades first at the beginning, true at ``last_sequence``."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    epoch = PatternField(pattern=EPOCH_PATTERN, help_text="The life of the book that its sequences belong to.")
    last_sequence = serializers.IntegerField(help_text="The number of the last event that this contains.")
    phase = WordField(TradingPhase)
    bid_order_count = serializers.IntegerField(help_text="How many orders the side shows in all.")
    offer_order_count = serializers.IntegerField(help_text="How many orders the side shows in all.")
    bids = FullDepthOrderSerializer(many=True)
    offers = FullDepthOrderSerializer(many=True)
    checksum = serializers.IntegerField(
        source="levels_crc32", help_text="CRC-32 of all levels, the one that the channel of depth has."
    )


class TradeSerializer(serializers.Serializer[Any]):
    """One public trade."""

    trade_id = serializers.IntegerField(help_text="Counts the instrument's trades from 1 without a gap.")
    price = DecimalStringField()
    quantity = DecimalStringField()
    aggressor_side = WordField(Side, allow_null=True, help_text="The side that crossed the spread; null in an auction.")
    executed_at = TimeField()
    sequence = serializers.IntegerField(source="event_sequence", help_text="The number of the book's event.")


class MessageSerializer(serializers.Serializer[Any]):
    """What a channel of the market socket says about a range of a book's events."""

    type = serializers.CharField(help_text="The channel.")
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    epoch = PatternField(pattern=EPOCH_PATTERN)
    first_sequence = serializers.IntegerField()
    last_sequence = serializers.IntegerField()


class TradesMessageSerializer(MessageSerializer):
    """The trades of a range, oldest first."""

    trades = TradeSerializer(many=True)


class DepthMessageSerializer(MessageSerializer):
    """The levels that a range changed, each a price and its quantity after it; "0" for a level that is gone."""

    phase = WordField(TradingPhase)
    phase_reason = serializers.CharField()
    bids = serializers.ListField(child=serializers.ListField(child=DecimalStringField(), min_length=2, max_length=2))
    offers = serializers.ListField(child=serializers.ListField(child=DecimalStringField(), min_length=2, max_length=2))
    checksum = serializers.IntegerField(help_text="CRC-32 of the whole book after the range.")


class EventsSerializer(serializers.Serializer[Any]):
    """A range of a book's events, told again: a message for each channel, which accounts for all of it."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    epoch = PatternField(pattern=EPOCH_PATTERN)
    first_sequence = serializers.IntegerField()
    last_sequence = serializers.IntegerField(help_text="Where the range ends; ask for more from the event after it.")
    newest_sequence = serializers.IntegerField(help_text="How far the book had come.")
    messages = PolymorphicProxySerializer(
        component_name="ReplayedMessage",
        serializers={"trades": TradesMessageSerializer, "depth": DepthMessageSerializer},
        resource_type_field_name="type",
        many=True,
    )


class CandleSerializer(serializers.Serializer[Any]):
    """Open, high, low and close of the trades in one interval."""

    open_time = TimeField()
    open_px = DecimalStringField()
    high_px = DecimalStringField()
    low_px = DecimalStringField()
    close_px = DecimalStringField()
    volume = DecimalStringField()
    trade_count = serializers.IntegerField()
    turnover = DecimalStringField()


class DepthQuery(QuerySerializer):
    """How much of the book."""

    levels = WholeNumberField(highest=limits.DEPTH_LEVELS_MAX, default=DEPTH_LEVELS_DEFAULT)


class FullDepthQuery(QuerySerializer):
    """How many orders."""

    count = WholeNumberField(
        highest=limits.FULL_DEPTH_ORDERS_MAX, default=FULL_DEPTH_ORDERS_DEFAULT, help_text="So many of each side."
    )


class TradesQuery(QuerySerializer):
    """Which trades."""

    before = WholeNumberField(required=False, help_text="Only trades with a lower trade_id: the next page.")
    after = WholeNumberField(
        lowest=0, required=False, help_text="Only trades with a higher trade_id, oldest first: what you missed."
    )
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for a page in both directions."""
        if "before" in attrs and "after" in attrs:
            raise ValidationError({"after": [ErrorDetail("Give before or after, not both.", "contradictory")]})
        return attrs


class EventsQuery(QuerySerializer):
    """Which events."""

    epoch = PatternField(pattern=EPOCH_PATTERN, help_text="The epoch of the messages that you have.")
    count = WholeNumberField(highest=limits.REPLAY_EVENTS_MAX, default=limits.REPLAY_EVENTS_MAX)
    channel = ChoiceField(
        choices={channel.value: (channel,) for channel in feed.REPLAYED_CHANNELS},
        default=feed.REPLAYED_CHANNELS,
        source="channels",
        help_text="Only this channel; both unless given.",
    )

    def get_fields(self) -> dict[str, Any]:
        """With ``from``, a name that Python does not allow above."""
        first_sequence = WholeNumberField(source="first_sequence", help_text="The first event that you lack.")
        return {**super().get_fields(), "from": first_sequence}


class CandlesQuery(QuerySerializer):
    """Which candles."""

    interval = ChoiceField(choices=CANDLE_INTERVALS_S, default=CANDLE_INTERVALS_S["1m"], source="interval_s")
    before = TimeField(required=False, help_text="Only candles that open before this time: the next page.")
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)
