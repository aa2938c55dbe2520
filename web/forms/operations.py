"""The forms of those who operate the exchange."""

from django import forms

from vocabulary import limits
from vocabulary.phases import TradingPhase


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


class PhaseForm(forms.Form):
    """The phase that an instrument is to be in. A halt is asked for by itself, because it needs a reason."""

    phase = forms.ChoiceField(
        label="Phase", choices=[(phase.name, phase.name) for phase in TradingPhase if phase is not TradingPhase.HALTED]
    )
