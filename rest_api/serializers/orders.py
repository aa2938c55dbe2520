"""Orders, execution reports and fills."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from rest_api.fields import (
    DecimalStringField,
    PatternField,
    ReasonField,
    TimeField,
    WholeNumberField,
    WordField,
    YesNoField,
)
from rest_api.serializers.strict import QuerySerializer, StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, CL_ORD_ID_PATTERN, SYMBOL_PATTERN
from vocabulary.orders import ExecType, LiquiditySide, OrdStatus, OrdType, Side, TimeInForce


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
        help_text="A positive multiple of the tick size. A LIMIT order needs one, a MARKET order has none.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError when price and order type do not go together."""
        price, ord_type = attrs.get("price"), attrs["ord_type"]
        if ord_type is OrdType.LIMIT and price is None:
            raise ValidationError({"price": [ErrorDetail("A LIMIT order needs a price.", "required")]})
        if ord_type is OrdType.MARKET and price is not None:
            raise ValidationError({"price": [ErrorDetail("A MARKET order takes no price.", "price_not_allowed")]})
        return attrs


class ReplaceTicketSerializer(StrictSerializer):
    """A change to an open order."""

    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN, help_text="A new id for this change.")
    order_qty = DecimalStringField(help_text="The new total quantity, what is already filled included.")
    price = DecimalStringField(help_text="The new price.")


class OrderSerializer(serializers.Serializer[Any]):
    """Where an order stands."""

    order_id = PatternField(pattern="[0-9]+", help_text="The exchange's id.")
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


class FillSerializer(serializers.Serializer[Any]):
    """One trade as your side of it."""

    trade_id = serializers.IntegerField()
    order_id = PatternField(pattern="[0-9]+")
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    side = WordField(Side)
    last_px = DecimalStringField()
    last_qty = DecimalStringField()
    liquidity_side = WordField(LiquiditySide)
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
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)
