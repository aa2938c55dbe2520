"""The order ticket: what a person fills in to trade."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from market.records import AccountRecord, InstrumentRecord, OrderTicket
from vocabulary.identifiers import is_cl_ord_id
from vocabulary.orders import ExecInst, OrdType, PegPriceType, SelfTradePrevention, Side, TimeInForce
from vocabulary.rejects import RejectReason
from web.forms.fields import AccountField, NumberField, TimeField, WordField

OUT_OF_DATE = "This form is out of date: reload the page."
SIDES = [("BUY", "Buy"), ("SELL", "Sell")]
ORD_TYPES = [("LIMIT", "Limit"), ("MARKET", "Market"), ("STOP", "Stop"), ("STOP_LIMIT", "Stop limit")]
WITHOUT_PRICE = ("MARKET", "STOP")
STOPS = ("STOP", "STOP_LIMIT")
TIMES_IN_FORCE = [
    ("DAY", "Day"),
    ("GTC", "Good till canceled"),
    ("IOC", "Immediate or cancel"),
    ("FOK", "Fill or kill"),
    ("GTD", "Until a date"),
    ("AT_THE_OPEN", "At the open"),
    ("AT_THE_CLOSE", "At the close"),
]
SELF_TRADE_PREVENTIONS = [
    ("NONE", "Trade with my own orders"),
    ("CANCEL_AGGRESSIVE", "Cancel this order"),
    ("CANCEL_PASSIVE", "Cancel the resting order"),
    ("CANCEL_BOTH", "Cancel both"),
    ("DECREMENT_AND_CANCEL", "Reduce the larger, cancel the smaller"),
]
TERM_FIELDS = (
    "stop_px", "trail_by", "display_qty", "min_qty", "post_only", "expire_time", "self_trade_prevention",
)  # fmt: skip

FIELD_OF_REJECT = {
    RejectReason.INVALID_PRICE_INCREMENT: "price",
    RejectReason.PRICE_EXCEEDS_BAND: "price",
    RejectReason.PRICE_OUT_OF_RANGE: "price",
    RejectReason.INCORRECT_QUANTITY: "order_qty",
    RejectReason.ORDER_EXCEEDS_LIMIT: "order_qty",
    RejectReason.ORDER_QTY_LIMIT: "order_qty",
    RejectReason.ORDER_VALUE_LIMIT: "order_qty",
    RejectReason.UNEXECUTED_VALUE_LIMIT: "order_qty",
    RejectReason.POSITION_LIMIT: "order_qty",
    RejectReason.LEVERAGE_LIMIT: "order_qty",
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
    ord_type = WordField(label="Type", choices=ORD_TYPES, missing="Choose a type.")
    order_qty = NumberField(label="Quantity", missing="Enter a quantity.")
    price = NumberField(label="Price", required=False, missing="")
    time_in_force = WordField(label="Time in force", choices=TIMES_IN_FORCE, missing="Choose a time in force.")

    stop_px = NumberField(label="Stop price", required=False, missing="")
    trail_by = NumberField(label="Trail the market by", required=False, missing="")
    display_qty = NumberField(label="Show at a time", required=False, missing="")
    min_qty = NumberField(label="At least at once", required=False, missing="")
    post_only = forms.BooleanField(label="Rest only, never take", required=False)
    expire_time = TimeField(label="Good until (UTC)", required=False)
    self_trade_prevention = WordField(
        label="If it meets my own order", choices=SELF_TRADE_PREVENTIONS, required=False, missing="Choose what happens."
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
        """An order with a limit has a price; what a type lacks is left out."""
        fields = super().clean() or self.cleaned_data
        if fields.get("ord_type") in WITHOUT_PRICE:
            self._leave_out("price")
        elif "price" in fields and fields["price"] is None:
            self.add_error("price", forms.ValidationError("A limit order needs a price.", "required"))
        if fields.get("ord_type") not in STOPS:
            self._leave_out("stop_px")
            self._leave_out("trail_by")
        return fields

    def _leave_out(self, name: str) -> None:
        self.cleaned_data[name] = None
        self.errors.pop(name, None)

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
            stop_px=fields["stop_px"],
            peg_price_type=PegPriceType.TRAILING_STOP if fields["trail_by"] else PegPriceType.NONE,
            peg_offset=fields["trail_by"],
            display_qty=fields["display_qty"],
            min_qty=fields["min_qty"],
            exec_inst=ExecInst.POST_ONLY if fields["post_only"] else ExecInst.NONE,
            expire_time=fields["expire_time"],
            self_trade_prevention=SelfTradePrevention[fields["self_trade_prevention"] or "NONE"],
        )

    @property
    def names_terms(self) -> bool:
        """Whether anything is filled in beyond what a plain order needs, so that it is not folded away."""
        unset = (None, "", "NONE", False)
        return any(self[name].value() not in unset or self[name].errors for name in TERM_FIELDS if name != "stop_px")

    def renew(self) -> None:
        """Give the ticket a fresh ClOrdID after a recorded reject, which uses up the one it had."""
        self.data = {**{name: self.data.get(name) for name in self.fields}, "cl_ord_id": mint_cl_ord_id()}

    def refuse(self, text: str, *, code: str, field: str | None) -> None:
        """Write the exchange's refusal beside the field at fault, or above the form when no field is."""
        self.add_error(field if field in self.fields else None, forms.ValidationError(text, code))
