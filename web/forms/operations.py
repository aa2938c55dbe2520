"""The forms of those who operate the exchange."""

from collections.abc import Mapping
from typing import Any

from django import forms

from vocabulary import limits
from vocabulary.phases import TradingPhase


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


class PhaseForm(forms.Form):
    """The phase that an instrument is to be in. A halt is asked for by itself, because it needs a reason."""

    phase = forms.ChoiceField(
        label="Phase", choices=[(phase.name, phase.name) for phase in TradingPhase if phase is not TradingPhase.HALTED]
    )
