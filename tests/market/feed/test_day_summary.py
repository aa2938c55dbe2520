"""The day's figures roll: what is older than 24 hours does not count."""

from hypothesis import given
from hypothesis import strategies as st

from market.feed.day_summary import MINUTE_US, MINUTES_KEPT, DayFigures, DaySummary, Minute

DAY_US = 24 * 60 * MINUTE_US


def test_nothing_traded_has_no_high_and_no_low():
    assert DaySummary([]).figures(now_us=DAY_US) == DayFigures(None, None, 0)


def test_a_trade_leaves_the_figures_after_a_day():
    day = DaySummary([Minute(10, 900, 100, 7)])
    day.add(executed_us=20 * MINUTE_US, price_ticks=500, quantity_lots=3)
    assert day.figures(now_us=20 * MINUTE_US) == DayFigures(900, 100, 10)
    assert day.figures(now_us=(10 + MINUTES_KEPT) * MINUTE_US) == DayFigures(500, 500, 3)
    assert day.figures(now_us=(20 + MINUTES_KEPT) * MINUTE_US) == DayFigures(None, None, 0)


TRADES = st.lists(st.tuples(st.integers(0, 400 * MINUTE_US), st.integers(1, 50), st.integers(1, 9)), max_size=60)


@given(TRADES, st.sets(st.integers(0, 59)))
def test_figures_asked_for_along_the_way_are_those_of_all_minutes_of_the_day(gaps, asked):
    day, now_us, so_far = DaySummary([]), 0, []
    for number, (gap_us, price, quantity) in enumerate(gaps):
        now_us += gap_us
        day.add(executed_us=now_us, price_ticks=price, quantity_lots=quantity)
        so_far.append((now_us, price, quantity))
        if number in asked or number == len(gaps) - 1:
            inside = [trade for trade in so_far if trade[0] // MINUTE_US > now_us // MINUTE_US - MINUTES_KEPT]
            prices = [price for _, price, _ in inside]
            expected = DayFigures(max(prices), min(prices), sum(quantity for _, _, quantity in inside))
            assert day.figures(now_us=now_us) == expected
