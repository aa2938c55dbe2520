"""The mark: one rule, told in Python and in SQL."""

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.marks import MARK_TICKS, mark_ticks

PRICES = st.none() | st.integers(1, 30)
ROW = f"""
SELECT {MARK_TICKS}
  FROM (SELECT %(bid)s::bigint AS bid_ticks, %(offer)s::bigint AS offer_ticks, %(last)s::bigint AS last_px_ticks,
               %(reference)s::bigint AS reference_ticks) b,
       (SELECT %(listed)s::numeric AS reference_price, 0.01 AS tick_size) i
"""


@pytest.mark.parametrize(
    ("prices", "mark"),
    [
        ({"bid": 98, "offer": 102, "last": 100}, 100),
        ({"bid": 98, "offer": 102, "last": 90}, 98),
        ({"bid": 98, "offer": 102, "last": 110}, 102),
        ({"bid": 98, "offer": 103}, 100),
        ({"bid": 98, "last": 90}, 98),
        ({"offer": 102, "last": 110}, 102),
        ({"last": 77}, 77),
        ({"bid": 120, "offer": 80, "last": 77}, 77),
        ({"bid": 120, "offer": 80}, 50),
        ({}, 50),
    ],
)
def test_the_mark_is_the_last_price_brought_inside_the_best_bid_and_offer(prices, mark):
    named = {"bid": None, "offer": None, "last": None, "reference": 50}
    assert mark_ticks(**{**named, **prices}) == mark


def test_without_any_price_there_is_no_mark():
    assert mark_ticks(bid=None, offer=None, last=None, reference=None) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bid=PRICES, offer=PRICES, last=PRICES, reference=PRICES, listed=st.integers(1, 30))
def test_the_database_marks_as_the_code_does(clean_database, bid, offer, last, reference, listed):
    prices = {"bid": bid, "offer": offer, "last": last, "reference": reference}
    with connection.cursor() as cursor:
        cursor.execute(ROW, {**prices, "listed": Decimal(listed).scaleb(-2)})
        assert cursor.fetchone()[0] == mark_ticks(**{**prices, "reference": reference or listed})
