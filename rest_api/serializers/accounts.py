"""Accounts and positions."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import DecimalStringField, PatternField
from rest_api.serializers.strict import QuerySerializer
from vocabulary.identifiers import ACCOUNT_PATTERN, CLASS_CODE_PATTERN, SYMBOL_PATTERN


class AccountSerializer(serializers.Serializer[Any]):
    """An account's money."""

    number = PatternField(pattern=ACCOUNT_PATTERN)
    kind = serializers.CharField()
    currency = serializers.CharField()
    deposits = DecimalStringField()
    cash = DecimalStringField(help_text="Deposits and what trading has moved.")
    reserved = DecimalStringField(help_text="What open orders hold back.")
    buying_power = DecimalStringField(help_text="What new orders may spend.")
    class_code = PatternField(
        pattern=CLASS_CODE_PATTERN, allow_null=True, help_text="The class that the account is in; null for none."
    )
    class_is_open = serializers.BooleanField(help_text="Whether that class trades now.")


class PositionSerializer(serializers.Serializer[Any]):
    """What an account holds of one instrument."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    quantity = DecimalStringField()
    cash = DecimalStringField(help_text="The cash that trading this instrument has moved, fees included.")
    mark_px = DecimalStringField(allow_null=True)
    market_value = DecimalStringField(allow_null=True)
    profit = DecimalStringField(allow_null=True, help_text="Realised and unrealised, less fees.")
    fees = DecimalStringField(help_text="What fees have cost; below zero where rebates outweigh them.")
    cost = DecimalStringField(help_text="What the quantity held has cost, at average cost.")
    average_cost = DecimalStringField(allow_null=True, help_text="The cost of one unit of it.")
    realised_profit = DecimalStringField(help_text="What closed quantity has earned, before fees.")
    unrealised_profit = DecimalStringField(allow_null=True, help_text="Market value less cost.")


class PositionsQuery(QuerySerializer):
    """Which of your positions."""

    account = PatternField(pattern=ACCOUNT_PATTERN, required=False)
