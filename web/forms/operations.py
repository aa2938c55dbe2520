"""The forms of those who operate the exchange."""

from django import forms

from vocabulary import limits


class HaltForm(forms.Form):
    """Why an instrument is halted: every participant reads it."""

    reason = forms.CharField(
        label="Reason",
        max_length=limits.REASON_LENGTH_MAX,
        error_messages={
            "required": "Give a reason for the halt: every participant reads it.",
            "max_length": f"Keep the reason to {limits.REASON_LENGTH_MAX} characters.",
        },
    )
