"""The commands by name: each asks the exchange and says what it answered, once or again and again."""

from argparse import Namespace
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

from terminal.client import Client
from terminal.commands import amending, market_data, packages, portfolio, trading
from terminal.rendering import Answer

Once = Callable[[Client, Namespace], Awaitable[Answer]]
Repeatedly = Callable[[Client, Namespace], AsyncGenerator[Answer, None]]

ONCE: Mapping[str, Once] = {
    "instruments": market_data.instruments,
    "book": market_data.book,
    "trades": market_data.trades,
    "summary": market_data.summary,
    "buy": trading.buy,
    "sell": trading.sell,
    "bracket": packages.bracket,
    "pair": packages.pair,
    "replace": amending.replace,
    "cancel": amending.cancel,
    "cancel-all": amending.cancel_all,
    "orders": portfolio.orders,
    "positions": portfolio.positions,
    "equity": portfolio.equity,
    "ledger": portfolio.ledger,
}
REPEATEDLY: Mapping[str, Repeatedly] = {"watch": market_data.watch}
