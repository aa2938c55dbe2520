"""Celery tasks that concern several rooms of the exchange."""

from celery import shared_task

from marketops_site import retention


@shared_task(name="marketops_site.run_retention", ignore_result=True)
def run_retention() -> None:
    """Let history go that is older than the settings keep it; every night."""
    retention.run()
