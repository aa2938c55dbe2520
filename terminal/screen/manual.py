"""The page that ``?`` shows: what the keys do and what the marks mean."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS = (
    ("↑ ↓", "the market above or below in the watchlist"),
    ("b  s", "a ticket to buy, at the best offer; to sell, at the best bid"),
    ("enter", "in the ticket: to the price, then send; without a price at market"),
    ("esc", "leave the ticket, the orders, this page"),
    ("o", "to your open orders: ↑ ↓ choose one"),
    ("x", "cancel the order under the cursor"),
    ("i", "how long a candle is: 1s, 1m, 5m, 15m, 1h, 1d"),
    ("q", "quit"),
)
MARKS = (
    ("▲ ▼", "bought or risen; sold or fallen"),
    ("┃ █", "a candle that rose; one that fell"),
    ("•", "a price where you have an order"),
    ("● live", "everything shown is the exchange's, as of now"),
    ("◌ reconnecting", "what is shown is old; it comes back by itself"),
    ("■ HALTED", "nothing trades; orders can be canceled"),
)


class ManualScreen(ModalScreen[None]):
    """Shown over the market until a key is pressed."""

    BINDINGS = [("escape,question_mark,q,enter", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        """Two tables."""
        page = Table.grid(padding=(0, 2))
        for heading, rows in (("Keys", KEYS), ("Marks", MARKS)):
            page.add_row(Text(heading, style="bold"))
            for mark, meaning in rows:
                page.add_row(Text(mark, style="cyan"), meaning)
            page.add_row("")
        page.add_row(Text("esc", style="cyan"), "back to the market")
        with Middle(), Center():
            yield Static(page, id="manual")
