"""What staff ask to become of all positions in an instrument."""

from typing import Any

from rest_framework import serializers

from rest_api.fields import ChoiceField, CountField, DecimalStringField, PatternField, TextField, TimeField
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import REFERENCE_PATTERN, SYMBOL_PATTERN

TERMS: dict[str, set[str]] = {"SPLIT": {"new_units", "old_units"}, "EXPIRY": set()}
ACTION_KINDS = {name: name for name in ("DIVIDEND", "SPLIT", "DELISTING", "EXPIRY")}


class NewCorporateActionSerializer(StrictSerializer):
    """A corporate action to carry out."""

    kind = ChoiceField(choices=ACTION_KINDS)
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    amount = DecimalStringField(
        required=False, help_text="Of a dividend and a delisting: the money that is paid for one unit."
    )
    new_units = CountField(
        lowest=1, highest=limits.SPLIT_UNITS_MAX, required=False, help_text="Of a split: how many are given ..."
    )
    old_units = CountField(lowest=1, highest=limits.SPLIT_UNITS_MAX, required=False, help_text="... for so many.")
    reference = PatternField(pattern=REFERENCE_PATTERN, help_text="Your own; it is done once by it.")
    note = TextField(length_max=limits.REASON_LENGTH_MAX, required=False, help_text="Why; its holders read it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each kind names its own terms, all of them and no others."""
        wanted = TERMS.get(attrs["kind"], {"amount"})
        named = {"amount", "new_units", "old_units"} & attrs.keys()
        for field in sorted(wanted ^ named):
            problem = "is needed for" if field in wanted else "does not go with"
            raise serializers.ValidationError({field: f"{field} {problem} {attrs['kind']}."})
        return attrs


class CorporateActionSerializer(serializers.Serializer[Any]):
    """What was asked to become of all positions in an instrument, and how it stands."""

    reference = PatternField(pattern=REFERENCE_PATTERN)
    kind = serializers.CharField()
    symbol = PatternField(pattern=SYMBOL_PATTERN)
    amount = DecimalStringField(
        allow_null=True,
        help_text="Money for one unit; of a split that is done, the price at which fractions were paid.",
    )
    new_units = serializers.IntegerField(allow_null=True)
    old_units = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    status = serializers.CharField(
        help_text="WAITING for a second person, UNDERWAY while positions are paid out, DONE or DECLINED."
    )
    proposed_by = serializers.CharField(allow_null=True, help_text="null: an option has expired in its time.")
    proposed_at = TimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = TimeField(allow_null=True)
