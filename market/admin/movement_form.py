"""What one of the staff asks of an account's money, as a form."""

from collections.abc import Callable, Mapping

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from access.records import Actor
from market.models.movement import MovementKind
from market.records import MovementRecord
from market.services import movements
from vocabulary import limits

RESET_WAITS_S = 2.0
DIGITS_MAX = 40
ACTS: Mapping[str, Callable[..., MovementRecord]] = {
    MovementKind.DEPOSIT: movements.deposit,
    MovementKind.WITHDRAWAL: movements.withdraw,
    MovementKind.RESET: movements.reset,
}


class MovementForm(forms.Form):
    """A movement. Its form is judged here, everything else by the service."""

    kind = forms.ChoiceField(choices=MovementKind.choices, widget=UnfoldAdminSelectWidget)
    account = forms.CharField(widget=UnfoldAdminTextInputWidget)
    amount = forms.DecimalField(
        widget=UnfoldAdminTextInputWidget,
        max_digits=DIGITS_MAX,
        help_text="What goes in or out; of a reset what the account starts with.",
    )
    reference = forms.CharField(widget=UnfoldAdminTextInputWidget, help_text="Your own; it is done once by it.")
    note = forms.CharField(
        widget=UnfoldAdminTextInputWidget, max_length=limits.REASON_LENGTH_MAX, help_text="Why; for people."
    )

    def carry_out(self, *, actor: Actor) -> MovementRecord:
        """Do what was asked for, or propose it. Raises MarketError."""
        asked = dict(self.cleaned_data)
        kind = asked.pop("kind")
        waiting = {"wait_s": RESET_WAITS_S} if kind == MovementKind.RESET else {}
        return ACTS[kind](asked.pop("account"), **asked, **waiting, actor=actor)
