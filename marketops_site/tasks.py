"""Celery tasks that concern several rooms of the exchange."""

from celery import shared_task

from marketops_site import auditing, retention


@shared_task(name="marketops_site.run_retention", ignore_result=True)
def run_retention() -> None:
    """Let history go that is older than the settings keep it; every night."""
    retention.run()


@shared_task(name="marketops_site.audit_sample", ignore_result=True)
def audit_sample() -> None:
    """Recompute a part of the exchange's figures; every minute. What does not hold is stopped."""
    auditing.sample()
