"""The order ticket: opened to buy or to sell in one instrument, filled in and sent by keyboard alone."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from terminal.records import Instrument
from terminal.renderables import style
from vocabulary.orders import Side, TimeInForce

NUMBER = r"[0-9]*\.?[0-9]*"
CLOSED = "b to buy, s to sell"
KEYS = "enter sends, ↑ ↓ by a step, esc leaves"


class TicketForm(Horizontal):
    """Closed until ``open_for``; then it has the keyboard until it is sent or left."""

    BINDINGS = [
        ("escape", "leave", "Leave the ticket"),
        ("up", "step(1)", "More"),
        ("down", "step(-1)", "Less"),
    ]

    @dataclass
    class Sent(Message):
        """The ticket is filled in. Its numbers are as they were typed; no price means at market."""

        symbol: str
        side: Side
        order_qty: str
        price: str | None
        time_in_force: TimeInForce

    class Left(Message):
        """The ticket was closed without being sent."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._side: Side | None = None
        self._instrument: Instrument | None = None

    def compose(self) -> ComposeResult:
        """Side, quantity, price, time in force, and what it comes to."""
        yield Static(id="ticket-side")
        yield Label("quantity")
        yield Input(id="ticket-qty", restrict=NUMBER, compact=True, max_length=20)
        yield Label("price")
        yield Input(id="ticket-price", restrict=NUMBER, compact=True, max_length=20, placeholder="market")
        yield Select[TimeInForce](
            [(word.name, word) for word in TimeInForce],
            value=TimeInForce.DAY,
            allow_blank=False,
            compact=True,
            id="ticket-tif",
        )
        yield Static(id="ticket-note")

    def on_mount(self) -> None:
        """Begin closed."""
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether an order is being written."""
        return self._side is not None

    def open_for(self, side: Side, instrument: Instrument, *, price: Decimal | None) -> None:
        """Begin an order at a price, ready for its quantity."""
        self._side, self._instrument = side, instrument
        self.disabled = False
        self._price.value = "" if price is None else f"{price:f}"
        self.query_one("#ticket-side", Static).update(
            Text(
                f" {style.mark_of_side(side)} {side.name} {instrument.symbol} ", style=f"reverse {style.of_side(side)}"
            )
        )
        self._note()
        # At once: focus() would let keys that are struck meanwhile pass by the ticket.
        self.screen.set_focus(self._qty)

    def close(self) -> None:
        """End the order that is being written. What was typed stays for the next."""
        self._side = self._instrument = None
        self.disabled = True
        self.query_one("#ticket-side", Static).update(Text(CLOSED, style=style.DIM))
        self._note()

    def action_leave(self) -> None:
        """Close without sending."""
        self.close()
        self.post_message(self.Left())

    def action_step(self, steps: int) -> None:
        """Move the number that has the keyboard by ticks or lots."""
        if self._instrument is None:
            return
        field = next((found for found in (self._qty, self._price) if found.has_focus), None)
        if field is not None:
            step = self._instrument.lot_size if field is self._qty else self._instrument.tick_size
            moved = (_decimal(field.value) or Decimal(0)) + steps * step
            field.value = f"{max(step, moved):f}"

    @on(Input.Submitted, "#ticket-qty")
    def _go_on(self) -> None:
        self.screen.set_focus(self._price)

    @on(Input.Submitted, "#ticket-price")
    def _send(self) -> None:
        if self._side is None or self._instrument is None:
            return
        chosen = self.query_one("#ticket-tif", Select).value
        assert isinstance(chosen, TimeInForce), "the list offers nothing else"
        price = self._price.value or None
        self.post_message(self.Sent(self._instrument.symbol, self._side, self._qty.value, price, chosen))

    @on(Input.Changed)
    def _note(self) -> None:
        """What the order comes to, as far as it is written."""
        quantity, price = _decimal(self._qty.value), _decimal(self._price.value)
        words = ""
        if self._instrument is not None:
            value = None if quantity is None or price is None else quantity * price
            words = KEYS if value is None else f"= {value:,.2f} {self._instrument.currency}   {KEYS}"
        self.query_one("#ticket-note", Static).update(Text(words, style=style.DIM))

    @property
    def _qty(self) -> Input:
        return self.query_one("#ticket-qty", Input)

    @property
    def _price(self) -> Input:
        return self.query_one("#ticket-price", Input)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
