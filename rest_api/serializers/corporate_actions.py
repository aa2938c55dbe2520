"""What staff ask to become of all positions in an instrument."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import ChoiceField, DecimalStringField, PatternField, TextField, TimeField
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import REFERENCE_PATTERN, SYMBOL_PATTERN

ACTION_KINDS = {name: name for name in ("DIVIDEND", "DELISTING")}


class NewCorporateActionSerializer(StrictSerializer):
    """A corporate action to carry out."""

    kind = ChoiceField(choices=ACTION_KINDS)
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    amount = DecimalStringField(help_text="Money for one unit: what a dividend pays, what a delisting pays out.")
    reference = PatternField(pattern=REFERENCE_PATTERN, help_text="Your own; it is done once by it.")
    note = TextField(length_max=limits.REASON_LENGTH_MAX, required=False, help_text="Why; its holders read it.")


class CorporateActionSerializer(serializers.Serializer[Any]):
    """What was asked to become of all positions in an instrument, and how it stands."""

    reference = PatternField(pattern=REFERENCE_PATTERN)
    kind = serializers.CharField()
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    amount = DecimalStringField(allow_null=True, help_text="Money for one unit.")
    note = serializers.CharField()
    status = serializers.CharField(
        help_text="WAITING for a second person, UNDERWAY while positions are paid out, DONE or DECLINED."
    )
    proposed_by = serializers.CharField()
    proposed_at = TimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = TimeField(allow_null=True)
