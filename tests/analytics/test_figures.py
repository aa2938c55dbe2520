"""What a set of trades sums up to."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.figures import Figures

TRADES = st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 1_000)), min_size=1, max_size=30)


def summed(trades):
    figures = Figures.beginning_at(trades[0][0])
    for price_ticks, lots in trades:
        figures.add(price_ticks, lots)
    return figures


def test_figures_say_first_highest_lowest_last_and_what_was_traded():
    assert summed([(10, 1), (12, 2), (9, 3), (11, 4)]) == Figures(
        open_ticks=10, high_ticks=12, low_ticks=9, close_ticks=11,
        volume_lots=10, tick_lots=105, tick_sum=42, trade_count=4,
    )  # fmt: skip


@given(TRADES, TRADES)
def test_joining_is_the_same_as_having_taken_in_every_trade(earlier, later):
    joined = summed(earlier)
    joined.join(summed(later))
    assert joined == summed(earlier + later)
