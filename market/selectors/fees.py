"""Reading what trading an instrument costs."""

from market.errors import UnknownSymbol
from market.models import Book, FeeSchedule
from vocabulary.fees import FREE, FeeRates


def by_symbol(symbol: str) -> FeeRates:
    """The fees in force. Raises UnknownSymbol."""
    book = Book.objects.filter(instrument__symbol=symbol).first()
    if book is None:
        raise UnknownSymbol(symbol)
    if book.fee_schedule_id is None:
        return FREE
    return FeeSchedule.objects.get(pk=book.fee_schedule_id).rates
