"""The task that beat sends every second."""

import pytest
from django.conf import settings

from analytics.selectors import candles
from analytics.tasks import build_candles
from tests.analytics.printing import Print, list_instrument, print_trades


@pytest.mark.django_db
def test_one_run_brings_every_instrument_up_to_date():
    instruments = [list_instrument(), list_instrument()]
    for instrument in instruments:
        print_trades(instrument, [Print(0.0, 1_000, 1), Print(70.0, 1_000, 1)])

    build_candles()

    for instrument in instruments:
        assert len(candles.newest(instrument.symbol, interval_s=60, count=10)) == 2


def test_the_schedule_names_this_task():
    assert build_candles.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
