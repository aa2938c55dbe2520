"""Starting a book again that was stopped: its whole journal is verified first, and one that breaks stays stopped."""

import structlog
from django.db import transaction

from access.services import audit
from market import wake
from market.matcher import stopping, verification
from market.models import Book, Instrument
from market.models.book import BookStatus

logger = structlog.get_logger(__name__)


def start(instrument: Instrument) -> str:
    """Verify the journal of a book that is STARTING, and let it run or stop it anew; the fault, if there is one.

    Somebody has asked for it and stands in the audit log; what came of it is recorded there too. Two that do this at
    once do no harm. Call it outside a transaction.
    """
    fault = verification.verify(instrument).fault
    reason = f"The journal does not hold: {fault}"[: stopping.REASON_LENGTH_MAX] if fault else ""
    status = BookStatus.STOPPED if fault else BookStatus.RUNNING
    with transaction.atomic():
        changed = Book.objects.filter(pk=instrument.pk, status=BookStatus.STARTING).update(
            status=status, status_reason=reason
        )
        if changed:
            action = "book.start_refused" if fault else "book.started"
            audit.record_system(action=action, subject=instrument.symbol, detail={"reason": reason} if fault else {})
    if changed and not fault:
        wake.wake(instrument.symbol)
    logger.info("book_start", symbol=instrument.symbol, fault=fault)
    return fault


def asked_for() -> list[Instrument]:
    """The instruments whose books are to be started."""
    return list(Instrument.objects.filter(book__status=BookStatus.STARTING).order_by("symbol"))
