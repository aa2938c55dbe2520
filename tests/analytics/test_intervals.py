"""Intervals begin where clocks show round times, in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics.intervals import start_of

MOMENT = datetime(2026, 3, 2, 14, 37, 41, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval_s", "start"),
    [
        (1, datetime(2026, 3, 2, 14, 37, 41, tzinfo=UTC)),
        (60, datetime(2026, 3, 2, 14, 37, tzinfo=UTC)),
        (300, datetime(2026, 3, 2, 14, 35, tzinfo=UTC)),
        (3_600, datetime(2026, 3, 2, 14, tzinfo=UTC)),
        (86_400, datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_an_interval_begins_at_a_round_time(interval_s, start):
    assert start_of(MOMENT, interval_s=interval_s) == start


def test_the_beginning_of_an_interval_belongs_to_it():
    start = start_of(MOMENT, interval_s=60)

    assert start_of(start, interval_s=60) == start
    assert start_of(start - timedelta(microseconds=1), interval_s=60) == start - timedelta(seconds=60)


def test_the_time_zone_of_a_moment_does_not_move_its_interval():
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert start_of(elsewhere, interval_s=86_400) == start_of(MOMENT, interval_s=86_400)
