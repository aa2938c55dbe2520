"""Orders, execution reports and fills."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from rest_api.fields import (
    DecimalStringField,
    FlagsField,
    PatternField,
    ReasonField,
    TimeField,
    WholeNumberField,
    WordField,
    YesNoField,
)
from rest_api.serializers.strict import QuerySerializer, StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, CL_ORD_ID_PATTERN, EPOCH_PATTERN, SYMBOL_PATTERN
from vocabulary.orders import (
    PRICED_TYPES,
    UNPRICED_TYPES,
    ContingencyType,
    ExecInst,
    ExecType,
    LiquiditySide,
    OrdStatus,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)


class OrderTicketSerializer(StrictSerializer):
    """An order as a participant hands it in."""

    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN, help_text="Your own id, unique in the account for ever.")
    account = PatternField(pattern=ACCOUNT_PATTERN, help_text="The account that trades.")
    symbol = PatternField(pattern=SYMBOL_PATTERN, help_text="The instrument.")
    side = WordField(Side)
    ord_type = WordField(OrdType)
    time_in_force = WordField(TimeInForce, required=False, help_text="How long the order lives; DAY unless given.")
    order_qty = DecimalStringField(help_text="A positive multiple of the instrument's lot size.")
    price = DecimalStringField(
        required=False,
        allow_null=True,
        help_text="A positive multiple of the tick size. LIMIT and STOP_LIMIT need one, MARKET and STOP have none; for "
        "PEGGED the price beyond which it does not follow.",
    )
    stop_px = DecimalStringField(
        required=False, allow_null=True, help_text="The price that STOP and STOP_LIMIT wait for."
    )
    protection_px = DecimalStringField(
        required=False,
        allow_null=True,
        help_text="The worst price at which a MARKET or STOP order trades; a collar of 5 % unless given.",
    )
    display_qty = DecimalStringField(
        required=False, allow_null=True, help_text="What an iceberg shows of its quantity at a time."
    )
    min_qty = DecimalStringField(
        required=False, allow_null=True, help_text="What must trade at once; otherwise the order is canceled."
    )
    exec_inst = FlagsField(ExecInst, required=False, allow_null=True, help_text="How the order wishes to be handled.")
    self_trade_prevention = WordField(
        SelfTradePrevention,
        required=False,
        allow_null=True,
        help_text="What happens when it meets an order of its own account; without it they trade.",
    )
    peg_price_type = WordField(
        PegPriceType,
        required=False,
        allow_null=True,
        help_text="What a PEGGED order's price follows; TRAILING_STOP makes a STOP follow the last price.",
    )
    peg_offset_type = WordField(
        PegOffsetType, required=False, allow_null=True, help_text="What the offset counts; TICKS unless given."
    )
    peg_offset = DecimalStringField(
        required=False,
        allow_null=True,
        help_text="A difference of prices, added to what is followed; or basis points, for a trailing stop.",
    )
    expire_time = TimeField(required=False, allow_null=True, help_text="When a GTD order expires.")
    linked_cl_ord_id = PatternField(
        pattern=CL_ORD_ID_PATTERN,
        required=False,
        allow_null=True,
        help_text="The order of the same account that contingency_type ties this one to.",
    )
    contingency_type = WordField(
        ContingencyType, required=False, allow_null=True, help_text="How the order depends on the linked one."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The terms that are named. Raises ValidationError when price and order type do not go together."""
        price, ord_type = attrs.get("price"), attrs["ord_type"]
        if ord_type in PRICED_TYPES and price is None:
            raise ValidationError({"price": [ErrorDetail(f"A {ord_type.name} order needs a price.", "required")]})
        if ord_type in UNPRICED_TYPES and price is not None:
            detail = f"A {ord_type.name} order takes no price."
            raise ValidationError({"price": [ErrorDetail(detail, "price_not_allowed")]})
        return {name: value for name, value in attrs.items() if value is not None}


class BracketSerializer(StrictSerializer):
    """An order and the two that end what it begins."""

    entry = OrderTicketSerializer(help_text="A LIMIT, STOP or STOP_LIMIT order.")
    take_profit = OrderTicketSerializer(help_text="A LIMIT order of the other side.")
    stop_loss = OrderTicketSerializer(help_text="A STOP or STOP_LIMIT order of the other side.")


class OneCancelsOtherSerializer(StrictSerializer):
    """Two orders of which one cancels the other."""

    first = OrderTicketSerializer(help_text="The stop, if one of them is.")
    second = OrderTicketSerializer()


class MassCancelQuery(QuerySerializer):
    """Which of your orders to cancel."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    symbol = PatternField(pattern=SYMBOL_PATTERN, required=False)
    side = WordField(Side, required=False)


class MassCancelSerializer(serializers.Serializer[Any]):
    """A mass cancel that was taken on."""

    orders = serializers.IntegerField(help_text="How many orders were open when it was.")


class ReplaceTicketSerializer(StrictSerializer):
    """A change to an open order."""

    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN, help_text="A new id for this change.")
    order_qty = DecimalStringField(help_text="The new total quantity, what is already filled included.")
    price = DecimalStringField(
        required=False,
        allow_null=True,
        help_text="The new price, or of a MARKET or STOP order the new protection; as it is unless given.",
    )
    stop_px = DecimalStringField(
        required=False, allow_null=True, help_text="The new stop price of a stop that waits; as it is unless given."
    )


class OrderSerializer(serializers.Serializer[Any]):
    """Where an order stands."""

    order_id = PatternField(pattern="[0-9]+", help_text="The exchange's id.")
    md_entry_id = serializers.CharField(help_text="Its name in the book by order, by which you find it in its queue.")
    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN)
    account = PatternField(pattern=ACCOUNT_PATTERN)
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    side = WordField(Side)
    ord_type = WordField(OrdType)
    time_in_force = WordField(TimeInForce)
    order_qty = DecimalStringField()
    price = DecimalStringField(allow_null=True)
    ord_status = WordField(OrdStatus)
    cum_qty = DecimalStringField(help_text="The quantity filled.")
    leaves_qty = DecimalStringField(help_text="The quantity still open; 0 for a closed order.")
    avg_px = DecimalStringField(allow_null=True, help_text="The average price of all fills.")
    reject_reason = ReasonField(help_text="Why the order was rejected, or canceled by the exchange.")
    text = serializers.CharField(source="reject_text", help_text="The reason in a sentence.")
    created_at = TimeField()
    transact_time = TimeField(help_text="When the order last changed.")
    stop_px = DecimalStringField(allow_null=True, help_text="The price that it waits for.")
    protection_px = DecimalStringField(
        allow_null=True, help_text="The worst price at which it trades, if it names one."
    )
    display_qty = DecimalStringField(allow_null=True, help_text="What it shows of its quantity at a time.")
    min_qty = DecimalStringField(allow_null=True, help_text="What had to trade at once.")
    exec_inst = FlagsField(ExecInst, help_text="How it wishes to be handled.")
    self_trade_prevention = WordField(SelfTradePrevention, allow_null=True)
    peg_price_type = WordField(PegPriceType, allow_null=True, help_text="What its price or stop price follows.")
    peg_offset_type = WordField(PegOffsetType, allow_null=True)
    peg_offset = DecimalStringField(allow_null=True)
    pegged_price = DecimalStringField(allow_null=True, help_text="Where a PEGGED order stands; null while nowhere.")
    expire_time = TimeField(allow_null=True)
    linked_order_id = PatternField(pattern="[0-9]+", allow_null=True, help_text="The order that it is tied to.")
    contingency_type = WordField(ContingencyType, allow_null=True)
    is_liquidation = serializers.BooleanField(help_text="Whether the exchange handed it in to close your position.")


class ExecutionSerializer(serializers.Serializer[Any]):
    """One execution report: what happened to an order, and where it stood after it."""

    exec_id = serializers.CharField()
    order_id = PatternField(pattern="[0-9]+")
    exec_type = WordField(ExecType)
    reason = ReasonField()
    cum_qty = DecimalStringField()
    leaves_qty = DecimalStringField()
    last_px = DecimalStringField(allow_null=True, help_text="The price of this fill.")
    last_qty = DecimalStringField(allow_null=True, help_text="The quantity of this fill.")
    liquidity_side = WordField(LiquiditySide, allow_null=True)
    trade_id = serializers.IntegerField(allow_null=True)
    transact_time = TimeField()
    fee = DecimalStringField(allow_null=True, help_text="What this fill cost; below zero for a rebate.")


class FillSerializer(serializers.Serializer[Any]):
    """One trade as your side of it."""

    fill_id = serializers.IntegerField(help_text="Grows from fill to fill, whatever the instrument.")
    trade_id = serializers.IntegerField()
    order_id = PatternField(pattern="[0-9]+")
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    side = WordField(Side)
    last_px = DecimalStringField()
    last_qty = DecimalStringField()
    liquidity_side = WordField(LiquiditySide)
    fee = DecimalStringField(help_text="What it cost you; below zero for a rebate.")
    transact_time = TimeField()


class OrdersQuery(QuerySerializer):
    """Which of your orders."""

    symbol = PatternField(pattern=SYMBOL_PATTERN, required=False)
    account = PatternField(pattern=ACCOUNT_PATTERN, required=False)
    open = YesNoField(required=False, source="is_open", help_text="Only open orders, or only closed ones.")
    cl_ord_id = PatternField(
        pattern=CL_ORD_ID_PATTERN, required=False, help_text="One order by your own id; needs account."
    )
    before = WholeNumberField(required=False, help_text="Only orders with a lower order_id: the next page.")
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for a cl_ord_id without its account."""
        if "cl_ord_id" in attrs and "account" not in attrs:
            raise ValidationError({"account": [ErrorDetail("A cl_ord_id is known within an account.", "required")]})
        return attrs


class FillsQuery(QuerySerializer):
    """Which of your fills."""

    symbol = PatternField(pattern=SYMBOL_PATTERN, required=False)
    before = WholeNumberField(required=False, help_text="Only fills with a lower fill_id: the next page.")
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)


class CheckSerializer(serializers.Serializer[Any]):
    """What the exchange would answer to an order now."""

    is_accepted = serializers.BooleanField(help_text="Whether it would be taken on.")
    reject_reason = ReasonField(source="reject", help_text="Why it would be rejected.")
    text = serializers.CharField(source="reject_text", help_text="The reason in a sentence.")


class ReportsQuery(QuerySerializer):
    """Which of your execution reports."""

    symbol = PatternField(pattern=SYMBOL_PATTERN, help_text="Of this instrument's book.")
    since = WholeNumberField(
        lowest=0, source="sequence", help_text="What came after this event of the book; 0 for all."
    )
    epoch = PatternField(pattern=EPOCH_PATTERN, required=False, help_text="The life of the book that `since` is of.")


class ReportSerializer(serializers.Serializer[Any]):
    """One execution report, and which order it is about."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    account = PatternField(pattern=ACCOUNT_PATTERN)
    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN)
    side = WordField(Side)
    sequence = serializers.IntegerField(source="event_sequence", help_text="The number of the book's event.")
    execution = ExecutionSerializer()


class ReportsSerializer(serializers.Serializer[Any]):
    """Execution reports that account for a book's events up to ``last_sequence``."""

    epoch = PatternField(pattern=EPOCH_PATTERN, source="position.epoch")
    last_sequence = serializers.IntegerField(source="position.sequence", help_text="Go on with this as `since`.")
    reports = ReportSerializer(many=True)
