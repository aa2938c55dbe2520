"""Price summaries: exact over any window, however far the candles have been built."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics.records import PriceSummary
from analytics.selectors import price_summary
from analytics.selectors.windows import Span
from analytics.services import candles
from market.errors import InvalidRequest, NotFound
from tests.analytics.printing import START, Print, list_instrument, print_trades

pytestmark = pytest.mark.django_db


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_summary_says_what_prices_did_and_both_averages():
    instrument = list_instrument()
    print_trades(instrument, [Print(0, 1_000, 1), Print(2, 1_020, 3), Print(92, 980, 2), Print(200, 1_010, 4)])
    candles.build(instrument.symbol)
    assert price_summary.of(instrument.symbol, start=START, end=after(201)) == PriceSummary(
        symbol=instrument.symbol,
        start=START,
        end=after(201),
        trade_count=4,
        volume=Decimal(100),
        turnover=Decimal("5030.00"),
        open_px=Decimal("50.00"),
        high_px=Decimal("51.00"),
        low_px=Decimal("49.00"),
        last_px=Decimal("50.50"),
        average_px=Decimal("50.125"),
        vwap=Decimal("50.3"),
        change=Decimal("0.50"),
        change_percent=Decimal("1.00"),
    )


def test_the_first_moment_of_a_window_belongs_to_it_and_its_last_does_not():
    instrument = list_instrument()
    print_trades(instrument, [Print(0.25, 1_000, 1), Print(0.75, 1_001, 2)])
    summary = price_summary.of(instrument.symbol, start=after(0.25), end=after(0.75))
    assert (summary.trade_count, summary.last_px) == (1, Decimal("50.00"))
    assert price_summary.of(instrument.symbol, start=after(0.75), end=after(9)).open_px == Decimal("50.05")


def test_a_window_without_a_trade_has_no_prices():
    instrument = list_instrument()
    summary = price_summary.of(instrument.symbol)
    assert (summary.trade_count, summary.volume, summary.turnover) == (0, Decimal(0), Decimal(0))
    prices = (summary.open_px, summary.high_px, summary.low_px, summary.last_px, summary.average_px, summary.vwap)
    assert {*prices, summary.change, summary.change_percent} == {None}


def test_without_ends_a_window_is_the_day_until_now():
    summary = price_summary.of(list_instrument().symbol)
    assert summary.end - summary.start == timedelta(days=1)
    assert abs(summary.end - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_window_must_begin_before_it_ends():
    symbol = list_instrument().symbol
    for start in (START, after(1)):
        with pytest.raises(InvalidRequest) as raised:
            price_summary.of(symbol, start=start, end=START)
        assert raised.value.field == "start"


def test_there_is_no_summary_of_what_is_not_listed():
    with pytest.raises(NotFound):
        price_summary.of("NOPE")


MOMENTS = st.integers(0, 400_000).map(lambda milliseconds: milliseconds / 1_000)
PRINTS = st.lists(st.builds(Print, MOMENTS, st.integers(900, 1_100), st.integers(1, 9)), max_size=25)


class AnyWindow(TestCase):
    """Whatever the window and however far the builder has come, the figures are those of the trades themselves."""

    @given(prints=PRINTS, built=st.integers(0, 25), ends=st.tuples(MOMENTS, MOMENTS))
    def test_a_summary_is_that_of_the_trades_themselves(self, prints, built, ends):
        prints = sorted(prints)
        instrument = list_instrument()
        print_trades(instrument, prints[:built])
        candles.build(instrument.symbol)
        print_trades(instrument, prints[built:], first_trade_id=min(built, len(prints)) + 1)
        start, end = after(min(ends)), after(max(ends) + 0.001)

        summary = price_summary.of(instrument.symbol, start=start, end=end)

        inside = [found for found in prints if start <= after(found.after_s) < end]
        assert summary.trade_count == len(inside)
        assert summary.volume == sum(10 * found.lots for found in inside)
        assert summary.turnover == sum(Decimal("0.5") * found.price_ticks * found.lots for found in inside)
        if inside:
            ticks = [found.price_ticks for found in inside]
            expected = [Decimal("0.05") * count for count in (ticks[0], max(ticks), min(ticks), ticks[-1])]
            assert [summary.open_px, summary.high_px, summary.low_px, summary.last_px] == expected
            mean = Fraction(sum(ticks), 20 * len(ticks))
            assert abs(Fraction(summary.average_px) - mean) <= Fraction(1, 2 * 10**6)


@given(start=MOMENTS, length=st.integers(1, 400_000))
def test_the_parts_of_a_window_follow_one_another_without_gap_or_overlap(start, length):
    span = Span.of(after(start), after(start) + timedelta(milliseconds=length))
    assert span.first_second <= span.first_minute <= span.last_minute <= span.last_second <= span.end
    assert span.first_second - span.start < timedelta(seconds=1)
    assert span.end - span.last_second < timedelta(seconds=1)
