"""The order ticket: what a person fills in to trade."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from market.records import AccountRecord, InstrumentRecord
from vocabulary.identifiers import is_cl_ord_id
from web.forms.fields import AccountField, NumberField, TimeField, WordField
from web.forms.ticket_orders import TicketOrders, orders_of
from web.forms.ticket_words import (
    LABELS,
    OPTIONS,
    ORD_TYPE_HINTS,
    ORD_TYPES,
    PEG_OFFSET_TYPES,
    PEG_PRICE_TYPES,
    PRICED,
    SELF_TRADE_PREVENTIONS,
    SIDES,
    TIMES_IN_FORCE,
    TYPES_WITH,
)

OUT_OF_DATE = "This form is out of date: reload the page."


def mint_cl_ord_id() -> str:
    """A fresh ClOrdID for a ticket, so that one form makes at most one order."""
    return f"web-{uuid.uuid4().hex}"


class TicketForm(forms.Form):
    """An order, or a package of orders, for one instrument, on one of the person's own accounts."""

    cl_ord_id = forms.CharField(error_messages={"required": OUT_OF_DATE})
    account = AccountField(label="Account", error_messages={"required": "Choose an account."})
    side = WordField(label="Side", choices=SIDES, missing="Choose Buy or Sell.")
    ord_type = WordField(label="Type", choices=ORD_TYPES, missing="Choose a type.")
    order_qty = NumberField(label="Quantity", missing="Enter a quantity.", hint="How much to trade, in whole steps.")
    price = NumberField(
        label="Price", required=False, hint="The most you pay, or the least you take. ↑ and ↓ move it a step."
    )
    take_profit_px = NumberField(
        label="Take-profit price", required=False, hint="Where to end it with a gain: a limit order the other way."
    )
    stop_px = NumberField(
        label="Stop price", required=False, hint="The order wakes when the market trades here or beyond."
    )
    trail_by = NumberField(
        label="Trail by", required=False, hint="How far behind the best price so far the stop follows."
    )
    peg_offset_type = WordField(
        label="Distance", choices=PEG_OFFSET_TYPES, required=False, missing="Choose how the distance is meant."
    )
    peg_price_type = WordField(
        label="Follow", choices=PEG_PRICE_TYPES, required=False, missing="Choose what the price follows."
    )
    peg_offset = NumberField(
        label="Offset", required=False, hint="Added to the price that is followed; below zero to stand lower."
    )
    time_in_force = WordField(
        label="Time in force", choices=TIMES_IN_FORCE, missing="Choose a time in force.", hint="How long it may wait."
    )
    expire_time = TimeField(
        label="Good until (UTC)", required=False, help_text="What has not traded by then is canceled."
    )
    protection_px = NumberField(
        label="Worst price", required=False, hint="Never trade beyond it; without one, 5 % beyond the market."
    )
    display_qty = NumberField(
        label="Show at a time", required=False, hint="An iceberg: only so much of it is seen in the book."
    )
    min_qty = NumberField(label="At least at once", required=False, hint="Trade so much at once, or nothing.")
    post_only = forms.BooleanField(
        label="Post only", required=False, help_text="Rest in the book and never take: else it is rejected."
    )
    slide = forms.BooleanField(
        label="Slide", required=False, help_text="Post only, one step short of trading instead of rejected."
    )
    cancel_on_halt = forms.BooleanField(
        label="Leave in a halt", required=False, help_text="Canceled as soon as trading is halted."
    )
    self_trade_prevention = WordField(
        label="If it meets my own order",
        choices=SELF_TRADE_PREVENTIONS,
        required=False,
        missing="Choose what happens.",
        hint="What gives way when you would trade with yourself.",
    )

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
        account.choices = [(record.number, _label(record)) for record in accounts]

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
        """What a type lacks is left out; what it cannot do without has to be there."""
        fields = super().clean() or self.cleaned_data
        kind = fields.get("ord_type")
        for name, kinds in TYPES_WITH.items():
            if kind not in kinds:
                self._leave_out(name)
        if kind in PRICED and "price" in fields and fields["price"] is None:
            said = "An entry needs a price." if kind == "BRACKET" else "A limit order needs a price."
            self.add_error("price", forms.ValidationError(said, "required"))
        if kind == "BRACKET" and "take_profit_px" in fields and fields["take_profit_px"] is None:
            self.add_error("take_profit_px", forms.ValidationError("A bracket needs a price to end at.", "required"))
        return fields

    def _leave_out(self, name: str) -> None:
        self.cleaned_data[name] = None
        self.errors.pop(name, None)

    def orders(self) -> TicketOrders:
        """The orders as the exchange takes them. Only a valid form has them."""
        assert self.is_valid()
        return orders_of(self.cleaned_data, symbol=self.instrument.symbol)

    @property
    def names_options(self) -> bool:
        """Whether anything is filled in among the options, so that they are not folded away."""
        unset = (None, "", "NONE", False)
        return any(self[name].value() not in unset or self[name].errors for name in OPTIONS)

    @property
    def type_hints(self) -> list[tuple[str, str]]:
        """What each type does, in a sentence."""
        return list(ORD_TYPE_HINTS.items())

    def types_with(self, name: str) -> str:
        """The types that have a field, separated by spaces; nothing when all do."""
        return " ".join(TYPES_WITH.get(name, ()))

    def other_labels(self, name: str) -> dict[str, str]:
        """What single types call a field."""
        return LABELS.get(name, {})

    def renew(self) -> None:
        """Give the ticket a fresh ClOrdID after a recorded reject, which uses up the one it had."""
        self.data = {**{name: self.data.get(name) for name in self.fields}, "cl_ord_id": mint_cl_ord_id()}

    def refuse(self, text: str, *, code: str, field: str | None) -> None:
        """Write the exchange's refusal beside the field at fault, or above the form when no field is."""
        self.add_error(field if field in self.fields else None, forms.ValidationError(text, code))


def _label(account: AccountRecord) -> str:
    return f"{account.number}, class {account.class_code}" if account.class_code else account.number
