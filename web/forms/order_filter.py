"""Which of one's orders are listed: what stands in the address of the page."""

from typing import Any

from django import forms

from vocabulary.orders import Side

SIDES = [("", "Both"), ("BUY", "Buy"), ("SELL", "Sell")]
STATES = [("", "All"), ("open", "Open"), ("closed", "Closed")]


class OrderFilter(forms.Form):
    """A choice among one's orders. What makes no sense is as if it were not said."""

    symbol = forms.ChoiceField(required=False, label="Instrument")
    side = forms.ChoiceField(required=False, label="Side", choices=SIDES)
    state = forms.ChoiceField(required=False, label="Which", choices=STATES)

    def __init__(self, data: Any, *, symbols: list[str]) -> None:
        super().__init__(data)
        symbol = self.fields["symbol"]
        assert isinstance(symbol, forms.ChoiceField)
        symbol.choices = [("", "All"), *((one, one) for one in symbols)]

    def conditions(self) -> dict[str, Any]:
        """The choice as the selector of orders takes it."""
        self.is_valid()
        said = self.cleaned_data
        side, state = said.get("side"), said.get("state")
        return {
            "symbol": said.get("symbol") or None,
            "side": Side[side] if side else None,
            "is_open": {"open": True, "closed": False}.get(state or ""),
        }
