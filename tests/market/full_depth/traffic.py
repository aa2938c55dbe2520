"""A seeded market of everything that moves an order in its queue, or puts one into it."""

import random
from contextlib import suppress
from dataclasses import dataclass, field

from market.errors import MarketError
from market.services import orders, trading
from tests.market_place import MarketPlace
from vocabulary.phases import TradingPhase


@dataclass
class Traffic:
    """Orders of the house with all their terms, amendments of them, and now and then an auction."""

    market: MarketPlace
    chance: random.Random
    order_ids: list[int] = field(default_factory=list)

    def go_on(self, *, acts: int) -> None:
        """So many acts, sequenced in one go."""
        for _ in range(acts):
            act = self.chance.choices(
                [self._place_plain, self._place_iceberg, self._place_with_terms, self._replace, self._cancel],
                weights=[8, 3, 2, 4, 2],
            )[0]
            with suppress(MarketError):  # an order that has ended meanwhile; nothing reaches the book
                act()
        self.market.drain()

    def change_phase(self, phase: TradingPhase) -> None:
        """Let the book go into another phase."""
        trading.change_phase("ACME", phase=phase, actor=self.market.operator)
        self.market.drain()

    def _place(self, side: str, quantity: int, price: str | None, **terms: object) -> None:
        receipt = self.market.house_places(side, quantity, price, **terms)
        self.order_ids.append(receipt.order.order_id)

    def _place_plain(self) -> None:
        in_force = self.chance.choice(["DAY", "GTC", "GTC", "IOC"])
        prevention = self.chance.choice([None, None, "DECREMENT_AND_CANCEL", "CANCEL_PASSIVE"])
        terms = {} if prevention is None else {"self_trade_prevention": prevention}
        side = self._side()
        self._place(side, self.chance.randint(1, 20), self._price(side), time_in_force=in_force, **terms)

    def _place_iceberg(self) -> None:
        side, shown = self._side(), self.chance.randint(2, 6)
        self._place(side, shown * self.chance.randint(2, 5), self._price(side), display_qty=shown)

    def _place_with_terms(self) -> None:
        side = self._side()
        kind = self.chance.choice(["stop", "pegged", "for the close"])
        if kind == "stop":
            self._place(side, 5, None, ord_type="STOP", stop_px="10.03" if side == "BUY" else "9.97")
        elif kind == "pegged":
            pegged = {"ord_type": "PEGGED", "peg_price_type": "PRIMARY"}
            self._place(side, 5, None, **pegged)
        else:
            self._place(side, 5, self._price(side), time_in_force="AT_THE_CLOSE")

    def _replace(self) -> None:
        order_id = self.chance.choice(self.order_ids[-30:] or [0])
        ticket = self.market.replacement(order_id, self.chance.randint(1, 25), self._price(self._side()))
        orders.replace(ticket, actor=self.market.house)

    def _cancel(self) -> None:
        orders.cancel(self.chance.choice(self.order_ids[-30:] or [0]), actor=self.market.house)

    def _side(self) -> str:
        return self.chance.choice(["BUY", "SELL"])

    def _price(self, side: str) -> str:
        """Mostly one at which an order rests; now and then it trades."""
        lowest = 996 if side == "BUY" else 999
        return f"{self.chance.randint(lowest, lowest + 5) / 100:.2f}"
