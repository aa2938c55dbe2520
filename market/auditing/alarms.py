"""What a broken law sets off: an alarm, an entry in the audit log, and what it concerns is stopped."""

from datetime import timedelta

import structlog

from access.selectors import audit as audit_log
from access.services import audit
from market import metrics
from market.auditing.law import Effect
from market.auditing.running import Report, Verdict
from market.matcher import stopping
from market.models import Instrument

logger = structlog.get_logger(__name__)

SAID_AGAIN_AFTER = timedelta(hours=1)


class BrokenLaw(Exception):
    """A law of the audit does not hold."""


def raise_for(report: Report) -> None:
    """Count what was compared; for each broken law alarm, record, and stop its books, or all if the ledger broke."""
    for verdict in report.verdicts:
        name = verdict.law.name
        metrics.AUDIT_ROWS.labels(name).inc(verdict.found.rows)
        metrics.AUDIT_BROKEN.labels(name).set(verdict.found.differing)
    for verdict in report.broken:
        _say(verdict)
        _stop(verdict)


def _say(verdict: Verdict) -> None:
    law, found = verdict.law, verdict.found
    logger.critical("audit_break", law=law.name, count=found.differing, differences=list(found.differences))
    if not audit_log.has_recent(action="audit.break", subject=law.name, within=SAID_AGAIN_AFTER):
        detail: dict[str, object] = {"count": found.differing, "differences": list(found.differences)}
        audit.record_system(action="audit.break", subject=law.name, detail=detail)


def _stop(verdict: Verdict) -> None:
    law, found = verdict.law, verdict.found
    if law.effect is Effect.NOTHING:
        return
    concerned = Instrument.objects.order_by("symbol")
    if law.effect is Effect.THE_BOOK:
        concerned = concerned.filter(pk__in=found.instrument_ids)
    for instrument in concerned:
        stopping.stop_book(instrument, cause=BrokenLaw(f"{law.name}: {', '.join(found.differences[:3])}"))
