"""The form that changes an open order where it stands."""

from typing import Any

from django import forms

from market.records import ReplaceTicket
from vocabulary.identifiers import is_cl_ord_id
from web.forms.fields import NumberField
from web.forms.ticket import OUT_OF_DATE


class ReplaceForm(forms.Form):
    """A new total quantity and, for an order that has them, a new price and stop price."""

    cl_ord_id = forms.CharField(error_messages={"required": OUT_OF_DATE})
    order_qty = NumberField(label="Quantity", missing="Enter a quantity.")
    price = NumberField(label="Price", required=False)
    stop_px = NumberField(label="Stop price", required=False)

    def clean_cl_ord_id(self) -> str:
        """The ClOrdID, if it has the shape of one."""
        cl_ord_id: str = self.cleaned_data["cl_ord_id"]
        if not is_cl_ord_id(cl_ord_id):
            raise forms.ValidationError(OUT_OF_DATE, "malformed")
        return cl_ord_id

    def ticket(self, *, order_id: int) -> ReplaceTicket:
        """The change as the exchange takes it. Only a valid form has one."""
        assert self.is_valid()
        fields: dict[str, Any] = self.cleaned_data
        return ReplaceTicket(order_id=order_id, **fields)

    def first_mistake(self) -> tuple[str, str, str]:
        """The sentence, the code and the field of the first thing that is wrong."""
        name, errors = next(iter(self.errors.as_data().items()))
        return " ".join(errors[0].messages), errors[0].code or "", name
