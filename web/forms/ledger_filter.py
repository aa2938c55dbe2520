"""Which rows of an account's ledger are listed: what stands in the address of the page."""

from typing import Any

from django import forms

from market.selectors.ledger import MONEY_CAUSES, TRANSFER_CAUSES

CAUSES = {"": (), "trades": ("TRADE",), "fees": ("FEE",), "transfers": TRANSFER_CAUSES, "money": MONEY_CAUSES}
LABELS = {
    "": "All",
    "trades": "Trades",
    "fees": "Fees",
    "transfers": "Transfers",
    "money": "Money in and out",
}


class LedgerFilter(forms.Form):
    """A choice among the rows of a ledger. What makes no sense is as if it were not said."""

    symbol = forms.ChoiceField(required=False, label="Instrument")
    cause = forms.ChoiceField(required=False, label="Cause", choices=list(LABELS.items()))

    def __init__(self, data: Any, *, symbols: list[str]) -> None:
        super().__init__(data)
        symbol = self.fields["symbol"]
        assert isinstance(symbol, forms.ChoiceField)
        symbol.choices = [("", "All"), *((one, one) for one in symbols)]
        self.is_valid()

    @property
    def is_said(self) -> bool:
        """Whether a choice was made at all, be it of everything."""
        return any(name in self.data for name in self.fields)

    @property
    def chosen(self) -> dict[str, str]:
        """What was said and made sense, as it stands in an address; one that was left open is empty."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields} if self.is_said else {}

    def conditions(self) -> dict[str, Any]:
        """The choice as the selectors of the ledger take it."""
        said = self.cleaned_data
        return {"symbol": said.get("symbol") or None, "causes": CAUSES[said.get("cause", "")]}
