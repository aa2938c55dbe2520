"""A stretch of a real market as it was recorded: its messages, and its book after each of them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vocabulary.orders import Side

Integers = NDArray[np.int64]


class MessageKind(IntEnum):
    """What a message says has happened. Halts and what follows them are one type in LOBSTER, three kinds here."""

    NEW = 1
    REDUCED = 2
    DELETED = 3
    EXECUTED = 4
    EXECUTED_HIDDEN = 5
    CROSSED = 6
    HALTED = 7
    QUOTING_RESUMED = 8
    TRADING_RESUMED = 9


ABOUT_A_VISIBLE_ORDER = (MessageKind.NEW, MessageKind.REDUCED, MessageKind.DELETED, MessageKind.EXECUTED)
ABOUT_AN_EARLIER_ORDER = (MessageKind.REDUCED, MessageKind.DELETED, MessageKind.EXECUTED)

MESSAGE = np.dtype(
    [
        ("time_ns", "<i8"),
        ("kind", "<i8"),
        ("order_id", "<i8"),
        ("size", "<i8"),
        ("price_ticks", "<i8"),
        ("side", "<i8"),
    ]
)
"""A message. ``time_ns`` counts from midnight; ``price_ticks`` is 0 where no visible order is concerned."""

LEVEL = np.dtype([("price_ticks", "<i8"), ("qty", "<i8")])
"""A price level of a recorded book; its quantity is 0 where the book had no such level."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Messages, and after each of them the best levels of either side, best first, in ticks of ``tick_size``."""

    messages: NDArray[np.void]
    bids: NDArray[np.void]
    offers: NDArray[np.void]
    tick_size: Decimal

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def depth(self) -> int:
        """How many levels of a side the record shows at most."""
        return int(self.bids.shape[1])

    def levels(self, row: int, *, side: Side) -> list[tuple[int, int]]:
        """Price and quantity of the levels that a side showed after a message, best first."""
        shown = self.bids[row] if side is Side.BUY else self.offers[row]
        return [(price, qty) for price, qty in shown.tolist() if qty]

    def price_range(self) -> tuple[int, int]:
        """The lowest and the highest price of any visible order or level."""
        messages = self.messages[np.isin(self.messages["kind"], ABOUT_A_VISIBLE_ORDER)]
        prices = [messages["price_ticks"], *(side["price_ticks"][side["qty"] > 0] for side in (self.bids, self.offers))]
        every = np.concatenate(prices)
        return int(every.min()), int(every.max())

    def is_hidden(self, rows: slice, *, side: Side, price_ticks: int) -> NDArray[np.bool_]:
        """After which of these messages a price lay deeper than the record shows."""
        worst = (self.bids if side is Side.BUY else self.offers)[rows, -1]
        deeper = price_ticks < worst["price_ticks"] if side is Side.BUY else price_ticks > worst["price_ticks"]
        return np.asarray(deeper & (worst["qty"] > 0))

    def crossed_rows(self) -> int:
        """After how many messages the recorded book was locked or crossed."""
        bid, offer = self.bids[:, 0], self.offers[:, 0]
        return int(
            np.count_nonzero((bid["qty"] > 0) & (offer["qty"] > 0) & (bid["price_ticks"] >= offer["price_ticks"]))
        )
