"""Ledgers, and what staff ask of the money of accounts."""

from typing import Any

from rest_framework import serializers

from market.selectors.ledger import CAUSES, CURSOR_PATTERN
from rest_api.fields import (
    ChoiceField,
    DecimalStringField,
    PatternField,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from rest_api.serializers.strict import QuerySerializer, StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, REFERENCE_PATTERN, SYMBOL_PATTERN

_ANY_CAUSE = "|".join(CAUSES)
CAUSES_PATTERN = f"(?:{_ANY_CAUSE})(?:,(?:{_ANY_CAUSE}))*"
MOVEMENT_KINDS = {name: name for name in ("DEPOSIT", "WITHDRAWAL", "RESET")}


class LedgerRowSerializer(serializers.Serializer[Any]):
    """One leg of a movement in an account."""

    account = PatternField(pattern=ACCOUNT_PATTERN)
    cause = serializers.CharField(
        help_text="TRADE, FEE, TRANSFER, DIVIDEND, SPLIT, DELISTING, EXPIRY, DEPOSIT, WITHDRAWAL or RESET."
    )
    cause_id = serializers.CharField(help_text="The trade, transfer or entry that the leg belongs to.")
    symbol = PatternField(pattern=SYMBOL_PATTERN, allow_null=True)
    amount = DecimalStringField(help_text="Money; below zero where it left the account.")
    quantity = DecimalStringField(help_text="Quantity; below zero where it left the account.")
    happened_at = TimeField()
    note = serializers.CharField()
    cursor = serializers.CharField(help_text="As `before`, it leads to the page behind this movement.")


class LedgerQuery(QuerySerializer):
    """Which page of a ledger."""

    count = WholeNumberField(
        default=limits.PAGE_SIZE_DEFAULT, highest=limits.PAGE_SIZE_MAX, help_text="How many movements at most."
    )
    before = PatternField(pattern=CURSOR_PATTERN, required=False, help_text="The last row's cursor: the next page.")
    symbol = PatternField(pattern=SYMBOL_PATTERN, required=False, help_text="Only rows of this instrument.")
    cause = PatternField(
        pattern=CAUSES_PATTERN, required=False, help_text="Only rows of these causes, with commas between them."
    )


class NewMovementSerializer(StrictSerializer):
    """What is asked of an account's money."""

    kind = ChoiceField(choices=MOVEMENT_KINDS)
    account = PatternField(pattern=ACCOUNT_PATTERN)
    amount = DecimalStringField(help_text="What goes in or out; of a RESET what the account starts with.")
    reference = PatternField(pattern=REFERENCE_PATTERN, help_text="Your own; it is done once by it.")
    note = TextField(length_max=limits.REASON_LENGTH_MAX, required=False, help_text="Why; for people.")


class MovementSerializer(serializers.Serializer[Any]):
    """What was asked of an account's money, and what has become of it."""

    reference = PatternField(pattern=REFERENCE_PATTERN)
    kind = serializers.CharField()
    account = PatternField(pattern=ACCOUNT_PATTERN)
    amount = DecimalStringField()
    note = serializers.CharField()
    status = serializers.CharField(help_text="WAITING for a second person, DONE or DECLINED.")
    proposed_by = serializers.CharField()
    proposed_at = TimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = TimeField(allow_null=True)


class MovementsQuery(QuerySerializer):
    """Which movements."""

    waiting = YesNoField(default=False, help_text="Only those that wait for a second person.")
    count = WholeNumberField(default=limits.PAGE_SIZE_DEFAULT, highest=limits.PAGE_SIZE_MAX)
