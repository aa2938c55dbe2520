"""The spread through time: averages of the samples by interval, exact and rounded once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.models import QuoteSample
from analytics.records import IntervalQuotes
from analytics.selectors import quotes
from market.errors import InvalidRequest, NotFound
from tests.analytics.printing import list_instrument

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def sample(instrument_id: int, seconds: int, bid: int | None, offer: int | None, *, depths: tuple[int, int]) -> None:
    """A sample in ticks of 0.05 and lots of 10."""
    QuoteSample.objects.create(
        instrument_id=instrument_id,
        sampled_at=after(seconds),
        bid_ticks=bid,
        offer_ticks=offer,
        bid_depth_lots=depths[0],
        offer_depth_lots=depths[1],
    )


def test_spreads_and_depths_are_averaged_by_interval():
    listed, other = list_instrument(), list_instrument()
    sample(listed.instrument_id, 0, 1_000, 1_002, depths=(10, 20))
    sample(listed.instrument_id, 10, 999, 1_004, depths=(11, 0))
    sample(listed.instrument_id, 20, None, 1_004, depths=(0, 1))
    sample(listed.instrument_id, 120, None, None, depths=(0, 0))
    sample(listed.instrument_id, 180, 1_000, 1_001, depths=(1, 1))
    sample(other.instrument_id, 0, 1, 1_000, depths=(9, 9))

    found = quotes.through_time(listed.symbol, interval_s=60, start=NOON, end=after(180))

    first, second = found.intervals
    assert first == IntervalQuotes(
        open_time=NOON,
        sample_count=3,
        average_spread=Decimal("0.175"),
        narrowest_spread=Decimal("0.10"),
        widest_spread=Decimal("0.25"),
        average_spread_bps=Decimal("34.96"),
        average_bid_depth=Decimal(70),
        average_offer_depth=Decimal(70),
    )
    assert (second.open_time, second.sample_count, second.average_spread) == (after(120), 1, None)


def test_what_cannot_be_asked_for_names_the_field():
    symbol = list_instrument().symbol
    for field, wanted in (
        ("interval_s", {"interval_s": 1, "start": NOON, "end": after(60)}),
        ("start", {"interval_s": 60, "start": NOON, "end": NOON}),
        ("interval", {"interval_s": 10, "start": NOON, "end": after(86_400)}),
    ):
        with pytest.raises(InvalidRequest) as refused:
            quotes.through_time(symbol, **wanted)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        quotes.through_time("NOPE", interval_s=60, start=NOON, end=after(60))
