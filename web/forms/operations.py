"""The forms of those who operate the exchange."""

from collections.abc import Mapping
from typing import Any

from django import forms

from vocabulary import limits


class HaltForm(forms.Form):
    """Why an instrument is halted: every participant reads it."""

    reason = forms.CharField(
        label="Reason", error_messages={"required": "Give a reason for the halt: every participant reads it."}
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        # All that cannot be read is told by one code, the NUL included.
        self.fields["reason"].validators = []

    def clean_reason(self) -> str:
        """The reason, if it is one that fits and that people can read."""
        reason: str = self.cleaned_data["reason"]
        if len(reason) > limits.REASON_LENGTH_MAX:
            raise forms.ValidationError(f"Keep the reason to {limits.REASON_LENGTH_MAX} characters.", "too_long")
        if not reason.isprintable():
            raise forms.ValidationError("Leave out control and invisible characters.", "not_printable")
        return reason
