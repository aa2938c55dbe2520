"""The state of the exchange."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import PatternField, TimeField, WordField
from vocabulary.identifiers import SYMBOL_PATTERN
from vocabulary.phases import TradingPhase


class InstrumentStatusSerializer(serializers.Serializer[Any]):
    """What an instrument is open for."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    phase = WordField(TradingPhase)
    phase_reason = serializers.CharField(help_text="Why the instrument is in this phase, if a reason was given.")
    auction_ends_at = TimeField(allow_null=True, help_text="When a volatility auction is to end.")
    next_phase = WordField(TradingPhase, allow_null=True, help_text="The next phase by the calendar, if it has one.")
    next_phase_at = TimeField(allow_null=True, help_text="When that phase begins.")


class StatusSerializer(serializers.Serializer[Any]):
    """The exchange's time, and its instruments by symbol."""

    time = TimeField()
    timestamp_ms = serializers.IntegerField(help_text="The same in milliseconds of the Unix clock.")
    instruments = InstrumentStatusSerializer(many=True)
