"""Seeded trading by one house: orders that rest, trade, change and go, in several instruments."""

import random
from contextlib import suppress
from decimal import Decimal

from marketops_client import Client, OrderTicket, Rejected, Side

SYMBOLS = ("ACME", "BOLT", "EUR-USD")


class Traffic:
    """A house that does something in some instruments again and again."""

    def __init__(self, exchange: Client, account: str, *, symbols: tuple[str, ...], seed: int) -> None:
        self._exchange = exchange
        self._account = account
        self._chance = random.Random(seed)
        self._rules = {each.symbol: each for each in exchange.instruments() if each.symbol in symbols}

    def go_on(self, orders: int) -> None:
        """Place so many orders, and cancel some that rest."""
        for _ in range(orders):
            self._place()
            if self._chance.random() < 0.2:
                self._cancel()

    def _place(self) -> None:
        rules = self._rules[self._chance.choice(sorted(self._rules))]
        side = self._chance.choice(list(Side))
        price = rules.reference_price + rules.tick_size * self._chance.randint(-6, 6)
        ticket = OrderTicket.limit(
            self._account, rules.symbol, side, rules.lot_size * self._chance.randint(1, 20), price
        )
        self._exchange.place(ticket)

    def _cancel(self) -> None:
        resting = self._exchange.orders(account=self._account, is_open=True, count=20)
        if resting:
            with suppress(Rejected):  # it may have traded meanwhile
                self._exchange.cancel(self._chance.choice(resting).order_id)


def one_lot(exchange: Client, account: str, symbol: str, side: Side, *, ticks_away: int = 0, **terms: object):
    """A limit order for one lot near the reference price."""
    rules = exchange.instrument(symbol)
    price = rules.reference_price + rules.tick_size * ticks_away
    return OrderTicket.limit(account, symbol, side, Decimal(rules.lot_size), price, **terms)
