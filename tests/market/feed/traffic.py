"""Trading that goes on beside a test, in a thread of its own, and remembers how each book stood at every sequence."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.db import connections

from market.errors import Rejected
from market.services import orders
from tests.market.feed.conftest import depth_in_database
from tests.market_place import MarketPlace

Sides = tuple[dict[str, str], dict[str, str]]


@dataclass
class Traffic:
    """Random orders of the house, and of the trader where one is named; ``stood`` is by symbol and sequence."""

    market: MarketPlace
    chance: random.Random
    symbols: tuple[str, ...] = ("ACME",)
    accounts: tuple[str, ...] = ()
    pause_s: float = 0.005
    stood: dict[str, dict[int, Sides]] = field(default_factory=dict)
    failure: BaseException | None = None

    def trade(self, *, batches: int) -> None:
        """A few orders and a batch, so often."""
        for symbol in self.symbols:
            self._remember(symbol)
        for _ in range(batches):
            symbol = self.chance.choice(self.symbols)
            for _ in range(self.chance.randint(1, 6)):
                self._order(symbol)
            self.market.drain(symbol)
            self._remember(symbol)
            time.sleep(self.chance.random() * 2 * self.pause_s)  # the pace of a market, waiting for nothing

    @contextmanager
    def going_on(self, *, batches: int) -> Iterator[threading.Thread]:
        """Trade beside what happens within, to the end."""
        thread = threading.Thread(target=self._run, args=[batches])
        thread.start()
        try:
            yield thread
        finally:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self, batches: int) -> None:
        try:
            self.trade(batches=batches)
        except BaseException as failure:
            self.failure = failure
        finally:
            connections.close_all()

    def _order(self, symbol: str) -> None:
        side = self.chance.choice(["BUY", "SELL"])
        price = f"{self.chance.randint(990, 1010) / 100:.2f}"
        in_force = self.chance.choice(["DAY", "DAY", "DAY", "IOC"])
        if self.accounts and self.chance.random() < 0.4:
            account = self.chance.choice(self.accounts)
            ticket = self.market.ticket("BUY", self.chance.randint(1, 5), price, account=account, symbol=symbol)
            with suppress(Rejected):
                orders.place(ticket, actor=self.market.trader)
        else:
            self.market.house_places(side, self.chance.randint(1, 20), price, symbol=symbol, time_in_force=in_force)

    def _remember(self, symbol: str) -> None:
        sequence, bids, offers = depth_in_database(symbol)
        self.stood.setdefault(symbol, {})[sequence] = bids, offers
