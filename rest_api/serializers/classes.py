"""Classes, and how their members stand."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import DecimalStringField, PatternField, TimeField
from rest_api.serializers.strict import StrictSerializer
from vocabulary.identifiers import ACCOUNT_PATTERN, CLASS_CODE_PATTERN, SYMBOL_PATTERN


class JoinSerializer(StrictSerializer):
    """Which class to join."""

    code = PatternField(pattern=CLASS_CODE_PATTERN, help_text="What the teacher has shown.")


class ClassSerializer(serializers.Serializer[Any]):
    """A class."""

    code = PatternField(pattern=CLASS_CODE_PATTERN)
    name = serializers.CharField()
    teacher = serializers.CharField()
    grant_amount = DecimalStringField(help_text="What each member starts with.")
    currency = serializers.CharField()
    symbols = serializers.ListField(
        child=PatternField(pattern=SYMBOL_PATTERN), help_text="What its accounts trade; empty for all instruments."
    )
    starts_at = TimeField(help_text="Orders are taken from then on,")
    ends_at = TimeField(help_text="and until before then.")
    is_open = serializers.BooleanField(help_text="Whether it trades now.")
    frozen_at = TimeField(allow_null=True, help_text="Since when its results are final; null until they are.")
    members = serializers.IntegerField()


class RankSerializer(serializers.Serializer[Any]):
    """A member's place in their class; equals share a rank."""

    rank = serializers.IntegerField()
    username = serializers.CharField()
    account = PatternField(pattern=ACCOUNT_PATTERN)
    equity = DecimalStringField()
    profit = DecimalStringField(help_text="What the grant has become more, less what was paid in since.")
    return_pct = DecimalStringField(help_text="The profit in per cent of the grant.")
    drawdown_pct = DecimalStringField(help_text="The deepest fall from a height reached before, in per cent of that.")
