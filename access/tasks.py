"""Celery tasks of access."""

from celery import shared_task
from django.conf import settings

from access import audit_heads
from access.selectors import audit


@shared_task(name="access.keep_audit_head", ignore_result=True)
def keep_audit_head() -> None:
    """Keep where the audit log ends outside the database; every hour."""
    audit_heads.keep(audit.head(), path=settings.AUDIT_HEADS_FILE)
