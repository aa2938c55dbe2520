"""Giving books back to the matcher after the database was brought back: halted, until an operator resumes them."""

from market.models import Book, Instrument
from market.models.book import BookStatus
from market.services import trading


def open_halted(*, reason: str, stopped_for: str) -> list[str]:
    """Halt every book that is stopped for ``stopped_for``, and let the matcher work on it again; their symbols.

    The halt is journaled as any other, so that the journal goes on from where it was. What waits in the inbox meets a
    halted book: new orders are rejected, cancels are taken.
    """
    waiting = Instrument.objects.filter(book__status=BookStatus.STOPPED, book__status_reason=stopped_for)
    symbols = []
    for instrument in waiting.order_by("symbol"):
        trading.halt_by_the_exchange(instrument, reason=reason)
        Book.objects.filter(pk=instrument.pk).update(status=BookStatus.RUNNING, status_reason="")
        symbols.append(instrument.symbol)
    return symbols
