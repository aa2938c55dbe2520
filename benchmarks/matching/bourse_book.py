"""Bourse as a contender: an order book in Rust that Python calls order by order.

It knows no immediate-or-cancel order, so that one is placed and then canceled. It numbers its orders itself, from 0 on
as ours are from 1 on. It ranks by its own clock, which has to be set before each command, and counts what a
replaced order leaves open instead of its whole quantity, which is worked out beforehand by a PlainBook.
"""

from typing import Any

import numpy as np
from bourse.core import OrderBook
from numpy.typing import NDArray

from benchmarks.matching import sample
from benchmarks.matching.commands import commands_of
from benchmarks.matching.plain_book import BUY, CANCEL, IOC, MARKET, NEW_ORDER, PlainBook
from matching import Records

TICK_SIZE = 1
TRADER_ID = 1

PLACE, PLACE_AND_CANCEL, PLACE_MARKET, CANCEL_ORDER, MODIFY = range(5)

Call = tuple[int, Any, int, int]


class BourseContender:
    """One book, called once or twice a command."""

    def prepare(self, commands: Records, *, head: int) -> None:
        """A book, and the calls to make."""
        assert head == 0, "a stream with a head is not for this contender"
        self._book = OrderBook(0, TICK_SIZE, True)
        self._calls = _calls(commands)

    def run(self) -> None:
        """Make the calls."""
        place, cancel, modify = self._book.place_order, self._book.cancel_order, self._book.modify_order
        set_time = self._book.set_time
        for now, (call, subject, qty, price) in enumerate(self._calls, start=1):
            set_time(now)
            if call == PLACE:
                place(subject, qty, TRADER_ID, price)
            elif call == CANCEL_ORDER:
                cancel(subject)
            elif call == MODIFY:
                modify(subject, price, qty)
            elif call == PLACE_MARKET:
                place(subject, qty, TRADER_ID)
            else:
                cancel(place(subject, qty, TRADER_ID, price))

    def fills(self) -> NDArray[np.int64]:
        """All fills, by our ids."""
        trades = self._book.get_trades()
        fills = [(maker + 1, taker + 1, price, qty) for _, _, price, qty, taker, maker in trades]
        return np.array(fills, dtype=np.int64).reshape(-1, 4)

    def state(self) -> str:
        """The best prices."""
        return str(self._book.bid_ask())


def _calls(records: Records) -> list[Call]:
    """For each command its call and, of the order, its side or id, the quantity and the price."""
    book = PlainBook()
    calls: list[Call] = []
    for command in commands_of(records):
        kind, side, ord_type, time_in_force, order_id, price, qty = command
        if kind == NEW_ORDER and ord_type == MARKET:
            calls.append((PLACE_MARKET, side == BUY, qty, 0))
        elif kind == NEW_ORDER:
            calls.append((PLACE_AND_CANCEL if time_in_force == IOC else PLACE, side == BUY, qty, price))
        elif kind == CANCEL:
            calls.append((CANCEL_ORDER, order_id - 1, 0, 0))
        else:
            _, level, old_qty = book.orders[order_id]
            calls.append((MODIFY, order_id - 1, qty - old_qty + level[order_id], price))
        book.apply((command,))
    return calls


if __name__ == "__main__":
    sample.main({"bourse": BourseContender})
