"""Commands about what is one's own: orders, holdings, money."""

from argparse import Namespace
from decimal import Decimal

from rich.text import Text

from terminal.client import Client
from terminal.commands.trading import price_of, why
from terminal.records import Order
from terminal.renderables import style
from terminal.rendering import Answer, table

ORDER_COLUMNS = ("order", "placed", "symbol", "side", "quantity", "price", "tif", "status", "filled", "average", "why")
POSITION_COLUMNS = ("account", "symbol", "quantity", "mark", "value", "cash moved", "profit")
ACCOUNT_COLUMNS = ("account", "kind", "currency", "deposits", "cash", "reserved", "buying power")

CENT = Decimal("0.01")


async def orders(client: Client, wanted: Namespace) -> Answer:
    """One's orders, newest first."""
    found = await client.orders(
        symbol=wanted.symbol, account=wanted.account or None, is_open=wanted.open or None, count=wanted.count
    )
    empty = "No open order. Try: buy SYMBOL QTY --price P" if wanted.open else "No order yet."
    return Answer(found, [table(ORDER_COLUMNS, [_order_row(order) for order in found], empty=empty)])


async def positions(client: Client, wanted: Namespace) -> Answer:
    """What one's accounts hold, and their money."""
    accounts = [account for account in await client.accounts() if wanted.account in (None, "", account.number)]
    held = await client.positions(account=wanted.account or None)
    rows = [
        (
            position.account,
            position.symbol,
            position.quantity,
            position.mark_px,
            _money(position.market_value),
            _money(position.cash),
            Text(style.signed(_money(position.profit)), style=style.of_change(position.profit), justify="right"),
        )
        for position in held
    ]
    money = [
        (
            account.number,
            account.kind,
            account.currency,
            *map(_money, (account.deposits, account.cash, account.reserved, account.buying_power)),
        )
        for account in accounts
    ]
    parts = [
        table(POSITION_COLUMNS, rows, title="Positions", empty="No position yet."),
        Text(""),
        table(ACCOUNT_COLUMNS, money, title="Accounts", empty="No account."),
    ]
    return Answer({"positions": held, "accounts": accounts}, parts)


def _order_row(order: Order) -> tuple[object, ...]:
    return (
        str(order.order_id),
        order.created_at,
        order.symbol,
        order.side,
        order.order_qty,
        price_of(order),
        order.time_in_force,
        order.ord_status,
        order.cum_qty,
        order.avg_px,
        why(order),
    )


def _money(amount: Decimal | None) -> Decimal | None:
    """An amount without the zeros that say nothing, but with its cents."""
    if amount is None:
        return None
    cents = amount.quantize(CENT)
    return cents if cents == amount else amount.normalize()
