"""Reading a book order by order."""

from market.errors import UnknownSymbol
from market.full_depth import kept_books
from market.models import Instrument
from market.records import FullDepthRecord
from vocabulary import limits


def of(symbol: str, *, count: int) -> FullDepthRecord:
    """The first ``count`` orders of each side in the order in which they trade, and the sequence they are true at.

    What orders hide is not in it: an iceberg's reserve, stops that wait, orders aside or at no price. The first reading
    of a book in a process restores it, and takes longer.

    Raises NotFound for an unknown symbol, Unavailable when the journal does not lead to where the book stands.
    """
    assert 0 < count <= limits.FULL_DEPTH_ORDERS_MAX, "the door has checked the number of orders"
    instrument = Instrument.objects.select_related("book").filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    shown = kept_books.of(instrument).as_it_is(instrument)
    return FullDepthRecord(
        symbol=symbol,
        epoch=shown.epoch,
        last_sequence=shown.sequence,
        phase=shown.phase,
        bid_order_count=shown.bids.order_count,
        offer_order_count=shown.offers.order_count,
        bids=shown.bids.orders(count=count, units=shown.units),
        offers=shown.offers.orders(count=count, units=shown.units),
        levels_crc32=shown.levels_crc32,
    )
