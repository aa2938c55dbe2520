"""A bucket as one number: the time at which it will be full again. What is taken moves that time on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket by its name: how much it holds, and how much of that comes back each second."""

    name: str
    per_s: float
    holds: int

    @property
    def share_us(self) -> int:
        """How long one unit takes to come back, in whole microseconds: sums of times stay exact, at any time of day."""
        return max(1, round(SECOND_US / self.per_s))


class Allowance(NamedTuple):
    """Whether one may go on, and what the bucket that has least left says: its size, its rest, when it is full.

    ``retry_after_s`` is 0 for what is granted.
    """

    is_granted: bool
    limit: int
    remaining: int
    reset_s: float
    retry_after_s: float


def allowance(buckets: Sequence[Bucket], full_at_us: Sequence[int], *, now_us: int, wait_us: int) -> Allowance:
    """What is said of buckets that will be full at these times. ``wait_us`` is above 0 when nothing was taken."""
    rests = [
        max(0, bucket.holds + (now_us - full_us) // bucket.share_us)
        for bucket, full_us in zip(buckets, full_at_us, strict=True)
    ]
    least = min(range(len(buckets)), key=lambda place: rests[place] / buckets[place].holds)
    return Allowance(
        is_granted=wait_us <= 0,
        limit=buckets[least].holds,
        remaining=rests[least],
        reset_s=max(0, full_at_us[least] - now_us) / SECOND_US,
        retry_after_s=max(0, wait_us) / SECOND_US,
    )
