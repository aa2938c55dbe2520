"""Celery tasks of analytics."""

from celery import shared_task

from analytics.services import candles, quotes


@shared_task(name="analytics.build_candles")
def build_candles() -> None:
    """Bring every instrument's candles up to date, as far as one run's budget goes; the next run goes on."""
    candles.build_all()


@shared_task(name="analytics.sample_quotes")
def sample_quotes() -> None:
    """Keep what every book in continuous trading quotes at this moment."""
    quotes.sample_all()
