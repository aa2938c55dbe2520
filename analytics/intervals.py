"""Where the intervals of candles begin."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def start_of(moment: datetime, *, interval_s: int) -> datetime:
    """The beginning of the interval that contains the moment. Intervals are counted from the epoch, in UTC."""
    interval = timedelta(seconds=interval_s)
    return EPOCH + (moment - EPOCH) // interval * interval
