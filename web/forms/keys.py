"""The form that issues an API key."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django import forms

from access.records import KeyTerms
from vocabulary import limits
from vocabulary.roles import KeyScope, Role, widest_scopes

MEANINGS = {
    KeyScope.TRADE: "Place, change and cancel orders",
    KeyScope.ADMIN: "Operate the exchange",
}
DAYS = {"": "Never", "1": "In a day", "7": "In a week", "30": "In 30 days", "365": "In a year"}


class KeyForm(forms.Form):
    """What the key is for. Every key may read; nothing chosen among the accounts is all of them."""

    name = forms.CharField(
        label="Name",
        max_length=limits.API_KEY_NAME_LENGTH_MAX,
        error_messages={
            "required": "Give the key a name that you will know it by.",
            "max_length": f"Keep the name to {limits.API_KEY_NAME_LENGTH_MAX} characters.",
        },
    )
    scopes = forms.MultipleChoiceField(
        label="It may read, and", required=False, error_messages={"invalid_choice": "Choose among the scopes offered."}
    )
    accounts = forms.MultipleChoiceField(
        label="Accounts", required=False, error_messages={"invalid_choice": "Choose among your own accounts."}
    )
    addresses = forms.CharField(label="Addresses", required=False)
    days = forms.ChoiceField(label="It ends", required=False, choices=list(DAYS.items()))

    def __init__(self, *args: object, role: Role, accounts: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offered = [scope for scope in widest_scopes(role) if scope is not KeyScope.READ]
        self.fields["scopes"].choices = [(scope.name, MEANINGS[scope]) for scope in offered]  # type: ignore[attr-defined]
        self.fields["accounts"].choices = [(number, number) for number in accounts]  # type: ignore[attr-defined]

    def terms(self) -> KeyTerms:
        """What was asked for."""
        scopes = KeyScope.READ
        for name in self.cleaned_data["scopes"]:
            scopes |= KeyScope[name]
        days = self.cleaned_data["days"]
        return KeyTerms(
            scopes=scopes,
            accounts=frozenset(self.cleaned_data["accounts"]) or None,
            expires_at=datetime.now(UTC) + timedelta(days=int(days)) if days else None,
            addresses=tuple(self.cleaned_data["addresses"].replace(",", " ").split()),
        )
