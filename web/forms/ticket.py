"""The order ticket: what a person fills in to trade."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from market.records import AccountRecord, InstrumentRecord, OrderTicket
from vocabulary.identifiers import is_cl_ord_id
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.rejects import RejectReason
from web.forms.fields import AccountField, NumberField, WordField

OUT_OF_DATE = "This form is out of date: reload the page."
SIDES = [("BUY", "Buy"), ("SELL", "Sell")]
ORD_TYPES = [("LIMIT", "Limit"), ("MARKET", "Market")]
TIMES_IN_FORCE = [
    ("DAY", "Day"),
    ("GTC", "Good till canceled"),
    ("IOC", "Immediate or cancel"),
    ("FOK", "Fill or kill"),
]

FIELD_OF_REJECT = {
    RejectReason.INVALID_PRICE_INCREMENT: "price",
    RejectReason.PRICE_EXCEEDS_BAND: "price",
    RejectReason.PRICE_OUT_OF_RANGE: "price",
    RejectReason.INCORRECT_QUANTITY: "order_qty",
    RejectReason.ORDER_EXCEEDS_LIMIT: "order_qty",
    RejectReason.INSUFFICIENT_BUYING_POWER: "order_qty",
    RejectReason.INSUFFICIENT_POSITION: "order_qty",
    RejectReason.UNKNOWN_ACCOUNT: "account",
}


def mint_cl_ord_id() -> str:
    """A fresh ClOrdID for a ticket, so that one form makes at most one order."""
    return f"web-{uuid.uuid4().hex}"


class TicketForm(forms.Form):
    """An order for one instrument, on one of the person's own accounts."""

    cl_ord_id = forms.CharField(error_messages={"required": OUT_OF_DATE})
    account = AccountField(label="Account", error_messages={"required": "Choose an account."})
    side = WordField(label="Side", choices=SIDES, missing="Choose Buy or Sell.")
    ord_type = WordField(label="Type", choices=ORD_TYPES, missing="Choose Limit or Market.")
    order_qty = NumberField(label="Quantity", missing="Enter a quantity.")
    price = NumberField(label="Price", required=False, missing="")
    time_in_force = WordField(label="Time in force", choices=TIMES_IN_FORCE, missing="Choose a time in force.")

    def __init__(
        self,
        data: MultiValueDict[str, Any] | dict[str, Any] | None = None,
        *,
        instrument: InstrumentRecord,
        accounts: Sequence[AccountRecord],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, prefix=None)
        self.instrument = instrument
        account = self.fields["account"]
        assert isinstance(account, forms.ChoiceField)
        account.choices = [(record.number, record.number) for record in accounts]

    @classmethod
    def blank(
        cls, *, instrument: InstrumentRecord, accounts: Sequence[AccountRecord], **initial: object
    ) -> "TicketForm":
        """A ticket to fill in, with a ClOrdID of its own."""
        usual = {"side": "BUY", "ord_type": "LIMIT", "time_in_force": "DAY", "account": accounts[0].number}
        initial = {**usual, **initial, "cl_ord_id": mint_cl_ord_id()}
        return cls(instrument=instrument, accounts=accounts, initial=initial)

    def clean_cl_ord_id(self) -> str:
        """The ClOrdID, if it has the shape of one."""
        cl_ord_id: str = self.cleaned_data["cl_ord_id"]
        if not is_cl_ord_id(cl_ord_id):
            raise forms.ValidationError(OUT_OF_DATE, "malformed")
        return cl_ord_id

    def clean(self) -> dict[str, Any]:
        """A limit order has a price; a market order has none."""
        fields = super().clean() or self.cleaned_data
        if fields.get("ord_type") == "MARKET":
            fields["price"] = None
            self.errors.pop("price", None)
        elif "price" in fields and fields["price"] is None:
            self.add_error("price", forms.ValidationError("A limit order needs a price.", "required"))
        return fields

    def ticket(self) -> OrderTicket:
        """The order as the exchange takes it. Only a valid form has one."""
        assert self.is_valid()
        fields = self.cleaned_data
        return OrderTicket(
            cl_ord_id=fields["cl_ord_id"],
            account=fields["account"],
            symbol=self.instrument.symbol,
            side=Side[fields["side"]],
            ord_type=OrdType[fields["ord_type"]],
            order_qty=fields["order_qty"],
            price=fields["price"],
            time_in_force=TimeInForce[fields["time_in_force"]],
        )

    def renew(self) -> None:
        """Give the ticket a fresh ClOrdID after a recorded reject, which uses up the one it had."""
        self.data = {**{name: self.data.get(name) for name in self.fields}, "cl_ord_id": mint_cl_ord_id()}

    def refuse(self, text: str, *, code: str, field: str | None) -> None:
        """Write the exchange's refusal beside the field at fault, or above the form when no field is."""
        self.add_error(field if field in self.fields else None, forms.ValidationError(text, code))
