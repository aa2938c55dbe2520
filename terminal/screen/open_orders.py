"""One's own open orders in the market that is watched; the cursor stays on its order while others come and go."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import DataTable

from terminal.records import Order
from terminal.renderables import style

WIDTHS = {"order": 6, "side": 6, "open": 7, "of": 7, "price": 9, "tif": 3}
NUMBERS = frozenset({"open", "of", "price"})


class OpenOrders(DataTable[Text]):
    """A table of open orders."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)
        self._orders: tuple[Order, ...] = ()

    def on_mount(self) -> None:
        """Put up the columns."""
        for column, width in WIDTHS.items():
            self.add_column(Text(column, justify="right" if column in NUMBERS else "left"), width=width)

    @property
    def orders(self) -> tuple[Order, ...]:
        """What is shown."""
        return self._orders

    @property
    def chosen(self) -> Order | None:
        """The order under the cursor."""
        return self._orders[self.cursor_row] if 0 <= self.cursor_row < len(self._orders) else None

    def show(self, orders: Sequence[Order]) -> None:
        """Show these."""
        chosen = self.chosen
        self._orders = tuple(orders)
        self.clear()
        for order in self._orders:
            self.add_row(*_cells(order))
        if chosen is not None:
            ids = [order.order_id for order in self._orders]
            self.move_cursor(row=ids.index(chosen.order_id) if chosen.order_id in ids else 0, animate=False)


def _cells(order: Order) -> list[Text]:
    side = f"{style.mark_of_side(order.side)} {order.side.name}"
    return [
        Text(str(order.order_id)),
        Text(side, style=style.of_side(order.side)),
        Text(f"{order.leaves_qty:,f}", justify="right"),
        Text(f"{order.order_qty:,f}", justify="right"),
        Text(_price(order), justify="right"),
        Text(order.time_in_force.name),
    ]


def _price(order: Order) -> str:
    """The price that an order names, or what it is without one."""
    return order.ord_type.name.lower() if order.price is None else f"{order.price:f}"
