"""Latencies in an HdrHistogram: every one counts, none is averaged away."""

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]

LOWEST_US, HIGHEST_US, DIGITS = 1, 600_000_000, 3
PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}


class Latencies:
    """Some latencies. Where requests were to be sent at a pace, measure each from when it was due, not from when the
    sender came to send it: a pause of the server then counts for all that would have been sent in it.
    """

    def __init__(self) -> None:
        self._histogram = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._histogram.get_total_count())

    def note(self, seconds: float) -> None:
        """Add one."""
        self._histogram.record_value(min(max(LOWEST_US, round(1e6 * seconds)), HIGHEST_US))

    def milliseconds(self) -> dict[str, float]:
        """Their percentiles."""
        return {
            name: float(self._histogram.get_value_at_percentile(percentile)) / 1000
            for name, percentile in PERCENTILES.items()
        }
