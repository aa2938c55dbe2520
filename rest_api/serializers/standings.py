"""What accounts may do, what they are worth and what befell them."""

from typing import Any

from rest_framework import serializers

from market.selectors import equity
from rest_api.fields import (
    ChoiceField,
    CountField,
    DecimalStringField,
    PatternField,
    TextField,
    TimeField,
    WholeNumberField,
)
from rest_api.serializers.strict import QuerySerializer, StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN


class LimitsSerializer(serializers.Serializer[Any]):
    """What an account may do at most; null where nothing bounds it."""

    position_qty_max = DecimalStringField(allow_null=True, help_text="Of one instrument, long or short, in units.")
    order_qty_max = DecimalStringField(allow_null=True, help_text="Of one order, in units.")
    order_value_max = DecimalStringField(allow_null=True, help_text="Of one order, in money.")
    unexecuted_value_max = DecimalStringField(allow_null=True, help_text="Of all open orders together, in money.")
    leverage_max = DecimalStringField(allow_null=True, help_text="The value of all positions by equity.")
    open_orders_max = serializers.IntegerField(allow_null=True)
    messages_per_s_max = serializers.IntegerField(allow_null=True, help_text="Orders and replacements a second.")


class LimitsChangeSerializer(StrictSerializer):
    """The limits to change; null takes one back, so that the account's kind decides."""

    position_qty_max = DecimalStringField(required=False, allow_null=True)
    order_qty_max = DecimalStringField(required=False, allow_null=True)
    order_value_max = DecimalStringField(required=False, allow_null=True)
    unexecuted_value_max = DecimalStringField(required=False, allow_null=True)
    leverage_max = DecimalStringField(required=False, allow_null=True)
    open_orders_max = CountField(highest=limits.PRICE_TICKS_MAX, required=False, allow_null=True)
    messages_per_s_max = CountField(highest=limits.PRICE_TICKS_MAX, required=False, allow_null=True)


class StandingSerializer(serializers.Serializer[Any]):
    """What an account may do, and what stops it."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    kind = serializers.CharField()
    limits = LimitsSerializer(help_text="The limits in force.")
    own_limits = LimitsSerializer(help_text="Those that are the account's own; the others are its kind's.")
    killed_at = TimeField(allow_null=True, help_text="Since when its kill switch is on.")
    kill_reason = serializers.CharField(help_text="Why; empty while it is off.")
    margin_call_at = TimeField(allow_null=True, help_text="Since when it lacks maintenance margin.")
    liquidating_at = TimeField(allow_null=True, help_text="Since when the exchange closes its positions.")


class KillSerializer(StrictSerializer):
    """Why an account is switched off."""

    reason = TextField(length_max=limits.REASON_LENGTH_MAX, help_text="Shown to the account's owner.")


class EquitySerializer(serializers.Serializer[Any]):
    """What an account is worth at the marks, and what its positions and open orders require of that."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    kind = serializers.CharField()
    currency = serializers.CharField()
    cash = DecimalStringField(help_text="Deposits and what trading has moved.")
    market_value = DecimalStringField(help_text="The positions at their marks; below zero when short.")
    unrealised_profit = DecimalStringField(help_text="Market value less cost.")
    equity = DecimalStringField(help_text="Cash and market value.")
    initial_margin = DecimalStringField(help_text="What positions and open orders require to be opened.")
    maintenance_margin = DecimalStringField(help_text="What positions require to be kept.")
    free_margin = DecimalStringField(help_text="Equity less initial margin.")
    leverage = DecimalStringField(allow_null=True, help_text="The value of all positions by equity.")


class EquitySampleSerializer(serializers.Serializer[Any]):
    """What an account was worth at one minute; until the next sample nothing had changed."""

    sampled_at = TimeField(help_text="The minute.")
    cash = DecimalStringField(help_text="Deposits and what trading had moved.")
    equity = DecimalStringField(help_text="Cash and the positions at their marks.")
    unrealised_profit = DecimalStringField(help_text="The positions' value less their cost.")
    maintenance_margin = DecimalStringField(help_text="What the positions required to be kept.")


class EquityCurveQuery(QuerySerializer):
    """Which stretch of a curve, and by which interval."""

    interval = ChoiceField(
        choices=equity.INTERVALS_S,
        default=equity.INTERVALS_S["1m"],
        source="interval_s",
        help_text="The last sample of each.",
    )
    since = TimeField(required=False, help_text="Only samples from this time on.")
    before = TimeField(
        required=False, help_text="Only intervals before the one that this time is in: of the first row, the next page."
    )
    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)


class AccountEventSerializer(serializers.Serializer[Any]):
    """One thing that befell an account."""

    account_event_id = serializers.CharField()
    account = PatternField(pattern=ACCOUNT_PATTERN)
    kind = serializers.CharField(help_text="Such as KILLED, MARGIN_CALL or LIQUIDATION_ORDER.")
    happened_at = TimeField()
    detail = serializers.DictField(help_text="Its figures, as texts.")


class AccountEventsQuery(QuerySerializer):
    """How many of an account's events."""

    count = WholeNumberField(highest=limits.PAGE_SIZE_MAX, required=False, default=limits.PAGE_SIZE_DEFAULT)
