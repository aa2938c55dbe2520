"""Sessions that are heard of no more: their leases end, and the matchers are told to cancel what depends on them."""

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from psycopg import errors as postgres_errors

from market import metrics
from market.models import SessionLease
from market.services import sessions
from vocabulary import limits

logger = structlog.get_logger(__name__)

# Nobody's lease is ever longer than its time-out: after a clock has gone back, it would be.
SHORTEN = """
UPDATE market_sessionlease SET expires_at = clock_timestamp() + make_interval(secs => timeout_s)
 WHERE expires_at > clock_timestamp() + make_interval(secs => timeout_s)
"""
EXTEND = """
UPDATE market_sessionlease SET expires_at = clock_timestamp() + make_interval(secs => timeout_s)
 WHERE expires_at <= clock_timestamp()
"""
EXPIRED = "SELECT id FROM market_sessionlease WHERE expires_at <= clock_timestamp() ORDER BY id"


def end_expired(*, forgives: bool) -> list[str]:
    """End each session whose lease is over and have its orders canceled; the symbols of their books.

    With ``forgives`` those leases begin once more instead: they may be over because time jumped, or because nobody
    could renew them.
    """
    with connection.cursor() as cursor:
        cursor.execute(SHORTEN)
        if forgives:
            cursor.execute(EXTEND)
            logger.warning("session_leases_extended", leases=cursor.rowcount)
            return []
        cursor.execute(EXPIRED)
        expired = [row[0] for row in cursor.fetchall()]
    return [symbol for lease_id in expired for symbol in _end(lease_id)]


def _end(lease_id: int) -> list[str]:
    """End one session, unless it was renewed at the last moment or another sweeper has ended it."""
    still_over = SessionLease.objects.filter(pk=lease_id, expires_at__lte=Now())
    try:
        with transaction.atomic(durable=True):
            _bound_waiting()
            books = sessions.end(still_over, cancels=True)
    except OperationalError as error:
        if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
            return []
        raise
    if books is None:
        return []
    metrics.SESSIONS_EXPIRED.inc()
    logger.warning("session_expired", lease_id=lease_id, books=len(books))
    return [symbol for symbol, _, _ in books]


def _bound_waiting() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(limits.INTAKE_LOCK_TIMEOUT_MS)])
