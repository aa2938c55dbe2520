"""Finding out whether a batch was committed whose commit nobody answered."""

from uuid import UUID

import structlog
from django.db import connection, transaction

from market import metrics
from market.models import Batch, Book
from vocabulary import limits

logger = structlog.get_logger(__name__)


def was_committed(instrument_id: int, *, batch_uuid: UUID) -> bool:
    """Whether the batch is there, asked over a new connection once its transaction is certainly over.

    The transaction holds the book's row until it has ended one way or the other: so that row is waited for before the
    batch is looked for. Raises OperationalError when the database cannot be asked; whoever drains next finds the
    inbox and the book's row as they are, and goes on from there.
    """
    connection.close()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{limits.UNKNOWN_COMMIT_WAIT_S}s"])
        Book.objects.select_for_update(no_key=True).get(pk=instrument_id)
        is_there = Batch.objects.filter(instrument_id=instrument_id, batch_uuid=batch_uuid).exists()
    metrics.UNKNOWN_COMMITS.labels(was="committed" if is_there else "lost").inc()
    logger.warning("commit_was_unknown", instrument_id=instrument_id, committed=is_there)
    return is_there
