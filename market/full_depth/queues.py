"""The queues of a book: which orders show what, at which price and in which place."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import matching
from market import entry_ids
from market.feed import checksum
from market.records import FullDepthOrder
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits

Integers = NDArray[np.int64]


class Queue(NamedTuple):
    """The orders that one side shows, in the order in which they trade; ``places`` count from 1 at each price."""

    order_ids: Integers
    prices_ticks: Integers
    quantities_lots: Integers
    places: Integers

    @property
    def order_count(self) -> int:
        """How many orders the side shows."""
        return len(self.order_ids)

    def orders(self, *, count: int, units: TradingUnits) -> tuple[FullDepthOrder, ...]:
        """The first ``count`` of the orders, in the words of people."""
        columns = (column[:count].tolist() for column in self)
        return tuple(
            FullDepthOrder(
                entry_ids.of_order(order_id), units.to_price(price_ticks), units.to_quantity(quantity_lots), place
            )
            for order_id, price_ticks, quantity_lots, place in zip(*columns, strict=True)
        )

    def levels(self, *, units: TradingUnits) -> list[tuple[str, str]]:
        """The prices and the quantities at them, as texts, best first."""
        if self.order_count == 0:
            return []
        firsts = np.flatnonzero(self.places == 1)
        sums = np.add.reduceat(self.quantities_lots, firsts).tolist()
        return [
            (f"{units.to_price(price_ticks):f}", f"{units.to_quantity(quantity_lots):f}")
            for price_ticks, quantity_lots in zip(self.prices_ticks[firsts].tolist(), sums, strict=True)
        ]


class ShownBook:
    """What a book shows at one sequence, copied out of it. Orders that show nothing stand in no queue here."""

    def __init__(self, epoch: str, book: matching.Book, *, units: TradingUnits) -> None:
        self.epoch = epoch
        self.sequence = book.event_seq
        self.phase: TradingPhase = book.phase
        self.units = units
        listed = _showing(book.orders())
        self.bids, self.offers = _queue(listed, side=Side.BUY), _queue(listed, side=Side.SELL)
        self.levels_crc32 = checksum.of_book(self.bids.levels(units=units), self.offers.levels(units=units))


def shown_lots(listed: matching.Records) -> Integers:
    """What each of a book's orders shows: an iceberg its present slice, one that waits or has no price nothing."""
    is_iceberg = listed["display_qty_lots"] > 0
    shown: Integers = np.where(is_iceberg, listed["shown_qty_lots"], listed["leaves_qty_lots"])
    stands = (listed["place"] == matching.IN_BOOK) & (listed["price_ticks"] != matching.NO_PRICE)
    return np.where(stands, shown, 0)


def _showing(listed: matching.Records) -> matching.Records:
    return listed[shown_lots(listed) > 0]


def _queue(listed: matching.Records, *, side: Side) -> Queue:
    """The queue of one side. The core lists a side by price and time, so that only the places are to be counted."""
    of_side = listed[listed["side"] == side]
    prices = of_side["price_ticks"].copy()
    numbers = np.arange(len(prices))
    begins = np.ones(len(prices), dtype=bool)
    begins[1:] = prices[1:] != prices[:-1]
    first_of_price = np.maximum.accumulate(np.where(begins, numbers, 0))
    return Queue(of_side["order_id"].copy(), prices, shown_lots(of_side), numbers - first_of_price + 1)
