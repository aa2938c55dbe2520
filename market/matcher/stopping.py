"""Stopping one book whose invariant broke: wrong is worse than stopped, and the other books go on."""

import structlog
from django.db import transaction

from access.services import audit
from market.models import Book, Instrument
from market.models.book import BookStatus

logger = structlog.get_logger(__name__)

REASON_LENGTH_MAX = 200


def stop_book(instrument: Instrument, *, cause: Exception) -> None:
    """Stop the matching of a book, record why in the audit log, and raise the alarm."""
    reason = f"{type(cause).__name__}: {cause}"[:REASON_LENGTH_MAX]
    with transaction.atomic():
        stopped = Book.objects.filter(pk=instrument.pk, status=BookStatus.RUNNING).update(
            status=BookStatus.STOPPED, status_reason=reason
        )
        if stopped:
            audit.record_system(action="book.stop", subject=instrument.symbol, detail={"reason": reason})
    logger.critical("book_stopped", symbol=instrument.symbol, reason=reason, exc_info=cause)
