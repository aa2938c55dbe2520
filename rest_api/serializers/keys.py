"""API keys: what they are for, and the secrets that are shown once."""

from typing import Any

from rest_framework import serializers

from access.records import KeyTerms
from rest_api.fields import FlagsField, PatternField, TextField, TimeField
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN
from vocabulary.roles import KeyScope

ADDRESS_LENGTH_MAX = 49


class NewKeySerializer(StrictSerializer):
    """A key to issue."""

    name = TextField(length_max=limits.API_KEY_NAME_LENGTH_MAX, help_text="What you will know it by.")
    scopes = FlagsField(KeyScope, help_text="READ, and TRADE and ADMIN on top of it.")
    accounts = serializers.ListField(
        child=PatternField(pattern=ACCOUNT_PATTERN),
        required=False,
        max_length=limits.PAGE_SIZE_MAX,
        help_text="The accounts it reaches; all of yours unless given.",
    )
    addresses = serializers.ListField(
        child=TextField(length_max=ADDRESS_LENGTH_MAX),
        required=False,
        max_length=limits.API_KEY_NETWORKS_MAX,
        help_text="The addresses or networks it is used from, such as 192.0.2.0/24; from anywhere unless given.",
    )
    expires_at = TimeField(required=False, help_text="When it ends; never unless given.")


class KeySerializer(serializers.Serializer[Any]):
    """An API key in force, without its secrets."""

    key_id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="How the key begins; signed requests name it by this.")
    scopes = FlagsField(KeyScope, source="terms.scopes")
    accounts = serializers.SerializerMethodField()
    addresses = serializers.ListField(child=serializers.CharField(), source="terms.addresses")
    created_at = TimeField()
    expires_at = TimeField(allow_null=True, source="terms.expires_at")
    last_used_at = TimeField(allow_null=True, help_text="To the minute.")
    last_address = serializers.CharField(help_text="Where it was used from then.")

    def get_accounts(self, record: Any) -> list[str] | None:
        """The accounts that the key reaches, in order; null for all."""
        return None if record.terms.accounts is None else sorted(record.terms.accounts)


class IssuedKeySerializer(serializers.Serializer[Any]):
    """A new API key with its secrets, which are shown this once."""

    key_id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    secret = serializers.CharField(help_text="Send it as 'Authorization: Bearer SECRET'.")
    signing_secret = serializers.CharField(help_text="Or sign requests with this, which is never sent.")


def terms_in(body: dict[str, Any]) -> KeyTerms:
    """The terms that a body says."""
    accounts = body.get("accounts")
    return KeyTerms(
        scopes=body["scopes"],
        accounts=None if accounts is None else frozenset(accounts),
        expires_at=body.get("expires_at"),
        addresses=tuple(body.get("addresses", ())),
    )
