"""The book as it was at an earlier moment, in the words of people: prices and quantities instead of ticks and lots."""

from dataclasses import dataclass
from decimal import Decimal

import matching
from market.errors import UnknownSymbol
from market.matcher import restoring
from market.models import Instrument
from market.records import DepthLevel
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An open order as it stood in the book. Price is None where it stood at none."""

    order_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: Decimal | None
    order_qty: Decimal
    leaves_qty: Decimal


@dataclass(frozen=True, slots=True)
class PastBook:
    """A book after the command numbered ``command_seq``, whose last event has the number ``sequence``.

    ``digest`` is BLAKE2b-256 over the book's canonical form: equal for equal books. The levels show what depth showed,
    the orders are all that were open, hidden and waiting ones too, in the order of a snapshot.
    """

    symbol: str
    sequence: int
    command_seq: int
    phase: TradingPhase
    digest: bytes
    bids: list[DepthLevel]
    offers: list[DepthLevel]
    orders: list[PastOrder]


def book_at(symbol: str, *, sequence: int) -> PastBook:
    """The book after the command that the event ``sequence`` came from, or before its first command for 0.

    Raises NotFound, InvalidRequest with the code ``too_new`` or ``expired``, BrokenJournal.
    """
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    book = restoring.at_event(instrument.pk, event_seq=sequence)
    return PastBook(
        symbol=symbol,
        sequence=book.event_seq,
        command_seq=book.command_seq,
        phase=book.phase,
        digest=matching.digest(book),
        bids=_levels(book, Side.BUY, instrument=instrument),
        offers=_levels(book, Side.SELL, instrument=instrument),
        orders=[_order(row, instrument=instrument) for row in book.orders()],
    )


def _levels(book: matching.Book, side: Side, *, instrument: Instrument) -> list[DepthLevel]:
    units = instrument.units
    return [
        DepthLevel(units.to_price(level.price_ticks), units.to_quantity(level.qty_lots), level.order_count)
        for level in book.depth(side)
    ]


def _order(row: matching.Records, *, instrument: Instrument) -> PastOrder:
    units, ticks = instrument.units, int(row["price_ticks"])
    return PastOrder(
        order_id=int(row["order_id"]),
        side=Side(int(row["side"])),
        ord_type=OrdType(int(row["ord_type"])),
        time_in_force=TimeInForce(int(row["time_in_force"])),
        price=None if ticks == matching.NO_PRICE else units.to_price(ticks),
        order_qty=units.to_quantity(int(row["order_qty_lots"])),
        leaves_qty=units.to_quantity(int(row["leaves_qty_lots"])),
    )
