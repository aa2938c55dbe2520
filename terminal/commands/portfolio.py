"""Commands about what is one's own: orders, holdings, money."""

from argparse import Namespace
from decimal import Decimal

from rich.text import Text

from terminal.client import Client
from terminal.commands.trading import account_of, price_of, why
from terminal.records import Order
from terminal.renderables import style
from terminal.rendering import Answer, table

ORDER_COLUMNS = ("order", "placed", "symbol", "side", "quantity", "price", "tif", "status", "filled", "average", "why")
POSITION_COLUMNS = ("account", "symbol", "quantity", "mark", "value", "cash moved", "profit")
ACCOUNT_COLUMNS = ("account", "kind", "currency", "deposits", "cash", "reserved", "buying power")

EQUITY_COLUMNS = ("what", "how much")
ON_MARGIN = "MARGIN"
LEDGER_COLUMNS = ("when", "cause", "id", "symbol", "quantity", "amount", "note")

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


async def equity(client: Client, wanted: Namespace) -> Answer:
    """What one's account is worth, and what its positions require."""
    found = await client.equity(await account_of(client, wanted))
    amounts = [
        ("cash", found.cash),
        ("positions at their marks", found.market_value),
        ("equity", found.equity),
        ("unrealised profit", found.unrealised_profit),
    ]
    if found.kind == ON_MARGIN:
        amounts += [
            ("initial margin", found.initial_margin),
            ("maintenance margin", found.maintenance_margin),
            ("free margin", found.free_margin),
        ]
    rows: list[tuple[str, Decimal | None]] = [(name, _money(amount)) for name, amount in amounts]
    rows += [("leverage", found.leverage)] if found.kind == ON_MARGIN else []
    title = f"Account {found.account}, {found.currency}"
    return Answer(found, [table(EQUITY_COLUMNS, rows, title=title, empty="")])


async def ledger(client: Client, wanted: Namespace) -> Answer:
    """What moved one's account, newest first."""
    found = await client.ledger(await account_of(client, wanted), symbol=wanted.symbol, count=wanted.count)
    rows = [
        (row.happened_at, row.cause, str(row.cause_id), row.symbol, row.quantity or None, _money(row.amount), row.note)
        for row in found
    ]
    return Answer(found, [table(LEDGER_COLUMNS, rows, empty="Nothing has moved yet.")])


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
