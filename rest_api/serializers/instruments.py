"""Instruments: the rules of their trading, and what operators do to them."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import CountField, DecimalStringField, PatternField, TextField, TimeField, WordField
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.calendars import CalendarKind
from vocabulary.identifiers import SYMBOL_PATTERN
from vocabulary.options import PutOrCall
from vocabulary.phases import AllocationRule, TradingPhase

CURRENCY_PATTERN = "[A-Z]{3}"
KIND_PATTERN = "[A-Z][A-Z_]{0,15}"
NAME_LENGTH_MAX = 80


class OptionSerializer(serializers.Serializer[Any]):
    """What makes an instrument an option. It is exercised when it expires, in cash."""

    underlying = PatternField(pattern=SYMBOL_PATTERN)
    put_or_call = WordField(PutOrCall)
    strike_price = DecimalStringField()
    contract_multiplier = DecimalStringField(help_text="Units of the underlying for a contract; it is the lot size.")
    expires_at = TimeField()
    settlement_price = DecimalStringField(allow_null=True, help_text="What the underlying closed at, once it expired.")
    settlement_basis = serializers.CharField(
        allow_null=True, help_text="Which price that was: CLOSING_AUCTION, LAST_TRADE, MIDPOINT or REFERENCE_PRICE."
    )


class InstrumentSerializer(serializers.Serializer[Any]):
    """An instrument, the rules of its trading and the state of its book."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    name = serializers.CharField()
    kind = serializers.CharField()
    currency = serializers.CharField()
    tick_size = DecimalStringField(help_text="The price step.")
    lot_size = DecimalStringField(help_text="The quantity step.")
    reference_price = DecimalStringField()
    low_limit_price = DecimalStringField(help_text="The lowest price that is taken.")
    high_limit_price = DecimalStringField(help_text="The highest price that is taken.")
    order_qty_max = DecimalStringField(help_text="The largest order that is taken.")
    phase = WordField(TradingPhase)
    phase_reason = serializers.CharField(help_text="Why the instrument is in this phase, if a reason was given.")
    static_band_bps = serializers.IntegerField(
        help_text="How far from the reference price trades may be, in basis points; 0 for no band."
    )
    dynamic_band_bps = serializers.IntegerField(help_text="The same from the last price.")
    volatility_auction_s = serializers.IntegerField(help_text="How long an auction lasts that a band has opened.")
    allocation = WordField(AllocationRule, help_text="How orders at one price share what trades with them.")
    auction_ends_at = TimeField(allow_null=True, help_text="When a volatility auction is to end.")
    calendar = WordField(CalendarKind, help_text="What moves the instrument from phase to phase.")
    next_phase = WordField(TradingPhase, allow_null=True, help_text="The next phase by the calendar, if it has one.")
    next_phase_at = TimeField(allow_null=True, help_text="When that phase begins.")
    delisted_at = TimeField(allow_null=True, help_text="Since when the instrument is closed for good, if it is.")
    option = OptionSerializer(allow_null=True, help_text="Of an option: its terms.")


class NewInstrumentSerializer(StrictSerializer):
    """An instrument to list."""

    symbol = PatternField(pattern=SYMBOL_PATTERN)
    name = TextField(length_max=NAME_LENGTH_MAX)
    kind = PatternField(pattern=KIND_PATTERN, help_text="SHARE, FUND or CURRENCY_PAIR.")
    currency = PatternField(pattern=CURRENCY_PATTERN)
    tick_size = DecimalStringField()
    lot_size = DecimalStringField()
    reference_price = DecimalStringField()
    band_percent = DecimalStringField(required=False, help_text="How far prices may lie from the reference price.")
    order_qty_max = DecimalStringField(required=False)


class NewOptionSerializer(StrictSerializer):
    """An option to list."""

    put_or_call = WordField(PutOrCall)
    strike_price = DecimalStringField(help_text="A multiple of the underlying's tick size.")
    expires_at = TimeField()
    contract_multiplier = DecimalStringField(required=False, help_text="A whole number; 100 unless given.")
    symbol = PatternField(pattern=SYMBOL_PATTERN, required=False, help_text="Made of its terms unless given.")


class NewChainSerializer(StrictSerializer):
    """A call and a put at each of some strike prices."""

    strike_prices = serializers.ListField(child=DecimalStringField(), max_length=limits.CHAIN_STRIKES_MAX)
    expires_at = TimeField()
    contract_multiplier = DecimalStringField(required=False, help_text="A whole number; 100 unless given.")


class PhaseChangeSerializer(StrictSerializer):
    """Another trading phase."""

    phase = WordField(TradingPhase)
    reason = TextField(length_max=limits.REASON_LENGTH_MAX, required=False, help_text="Shown to everybody.")


class BandsSerializer(StrictSerializer):
    """How far trades may be from the reference price and from the last price; 0 for no band."""

    static_band_bps = CountField(highest=limits.BAND_BPS_MAX)
    dynamic_band_bps = CountField(highest=limits.BAND_BPS_MAX)
    volatility_auction_s = CountField(
        lowest=1, highest=limits.VOLATILITY_AUCTION_S_MAX, required=False, help_text="As it is unless given."
    )


class ReferenceSerializer(StrictSerializer):
    """The price to measure from."""

    price = DecimalStringField(help_text="A multiple of the tick size, inside the instrument's limits.")


class FeesSerializer(StrictSerializer):
    """What a fill costs: basis points of its value with four decimal places, and an amount for each lot with six."""

    maker_bps = DecimalStringField(help_text="Of whoever waited in the book; below zero for a rebate.")
    taker_bps = DecimalStringField(help_text="Of whoever crossed the spread, and of both sides of an auction.")
    maker_per_lot = DecimalStringField(help_text="In the instrument's currency.")
    taker_per_lot = DecimalStringField()


class MarginSerializer(StrictSerializer):
    """What equity must cover of a position's value, in basis points, to open it and to keep it."""

    initial_margin_bps = CountField(lowest=1, highest=limits.MARGIN_BPS_MAX)
    maintenance_margin_bps = CountField(lowest=1, highest=limits.MARGIN_BPS_MAX)


class NewAllocationSerializer(StrictSerializer):
    """An allocation rule."""

    allocation = WordField(AllocationRule)


class HaltSerializer(StrictSerializer):
    """Why trading stops."""

    reason = TextField(length_max=limits.REASON_LENGTH_MAX, help_text="Shown to everybody.")
