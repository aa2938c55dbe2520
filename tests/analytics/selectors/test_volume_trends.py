"""Volume by interval, and whether it becomes more."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.records import IntervalVolume, TrendDirection
from analytics.selectors import volume_trends
from analytics.selectors.volume_trends import slope_of
from analytics.services import candles
from market.errors import InvalidRequest, NotFound
from tests.analytics.printing import START, Print, list_instrument, print_trades

pytestmark = pytest.mark.django_db

MINUTE = START + timedelta(seconds=2)
"""The first whole minute after START."""


def a_market(*lots_by_minute: int):
    instrument = list_instrument()
    prints = [Print(2 + 60 * minute, 1_000, lots) for minute, lots in enumerate(lots_by_minute) if lots]
    print_trades(instrument, prints)
    candles.build(instrument.symbol)
    return instrument


def trends(instrument, *, minutes: int, interval_s: int = 60, start=MINUTE):
    end = MINUTE + timedelta(minutes=minutes)
    return volume_trends.of(instrument.symbol, interval_s=interval_s, start=start, end=end)


def test_every_interval_is_there_with_what_was_traded_in_it():
    found = trends(a_market(1, 0, 3), minutes=3)
    assert found.intervals == tuple(
        IntervalVolume(MINUTE + timedelta(minutes=minute), Decimal(volume), count, is_whole=True)
        for minute, volume, count in [(0, 10, 1), (1, 0, 0), (2, 30, 1)]
    )
    assert (found.volume, found.average_volume, found.slope) == (Decimal(40), Decimal("13.3333"), Decimal(10))
    assert found.trend is TrendDirection.RISING


@pytest.mark.parametrize(
    ("lots", "slope", "trend"),
    [
        ([1, 2, 3, 4], "10", TrendDirection.RISING),
        ([4, 3, 2, 1], "-10", TrendDirection.FALLING),
        ([5, 5, 5], "0", TrendDirection.FLAT),
        ([0, 0, 0], "0", TrendDirection.FLAT),
        ([1, 3, 1], "0", TrendDirection.FLAT),
        ([1_000, 1_005, 1_010], "50", TrendDirection.FLAT),
        ([1_000, 1_020, 1_040], "200", TrendDirection.RISING),
    ],
)
def test_the_trend_is_the_slope_of_the_least_squares(lots, slope, trend):
    found = trends(a_market(*lots), minutes=len(lots))
    assert (found.slope, found.trend) == (Decimal(slope), trend)


def test_intervals_that_the_window_cuts_count_in_the_volume_and_not_in_the_trend():
    instrument = a_market(9, 1, 1, 9)
    found = volume_trends.of(
        instrument.symbol,
        interval_s=60,
        start=MINUTE - timedelta(seconds=30),
        end=MINUTE + timedelta(minutes=3, seconds=30),
    )
    assert [interval.is_whole for interval in found.intervals] == [False, True, True, True, False]
    assert found.volume == Decimal(200)
    assert found.average_volume == Decimal("36.6667")


def test_a_cut_interval_holds_what_lies_in_the_window():
    instrument = list_instrument()
    print_trades(instrument, [Print(2.5, 1_000, 1), Print(3.5, 1_000, 2), Print(4.5, 1_000, 4)])
    found = volume_trends.of(
        instrument.symbol, interval_s=60, start=START + timedelta(seconds=3), end=START + timedelta(seconds=4)
    )
    assert [(interval.volume, interval.is_whole) for interval in found.intervals] == [(Decimal(20), False)]
    assert (found.average_volume, found.slope, found.trend) == (None, None, None)


@pytest.mark.parametrize("interval_s", [1, 300, 3_600])
def test_every_interval_on_offer_sums_to_the_same_volume(interval_s):
    assert trends(a_market(1, 2, 3, 4, 5), minutes=5, interval_s=interval_s).volume == Decimal(150)


def test_too_many_intervals_and_unknown_ones_are_refused():
    instrument = a_market(1)
    for interval_s, minutes, field in ((1, 17, "interval"), (7, 1, "interval_s")):
        with pytest.raises(InvalidRequest) as raised:
            trends(instrument, minutes=minutes, interval_s=interval_s)
        assert raised.value.field == field
    with pytest.raises(NotFound):
        volume_trends.of("NOPE", interval_s=60)


@given(st.lists(st.integers(0, 1_000), min_size=2, max_size=20))
def test_the_slope_is_that_of_the_textbook(volumes):
    count = len(volumes)
    mean_place, mean = Fraction(count - 1, 2), Fraction(sum(volumes), count)
    moment = sum((place - mean_place) * (volume - mean) for place, volume in enumerate(volumes))
    spread = sum((place - mean_place) ** 2 for place in range(count))
    assert slope_of(volumes) == moment / spread


def test_one_interval_has_no_slope():
    assert slope_of([5]) is None
