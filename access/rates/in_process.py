"""Buckets of one process, for while Redis is away."""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from access.rates.bucket import Allowance, Bucket, allowance
from vocabulary import limits


class Buckets:
    """As many buckets as are remembered; one that is forgotten begins full. Threads share them."""

    def __init__(self, *, buckets_max: int = limits.RATES_BUCKETS_KNOWN_MAX) -> None:
        self._buckets_max = buckets_max
        self._full_at_us: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._full_at_us)

    def take(self, buckets: Sequence[Bucket], *, cost: int) -> Allowance:
        """Take from all of the buckets or from none."""
        with self._lock:
            now_us = time.monotonic_ns() // 1_000
            full_at_us = [max(now_us, self._full_at_us.get(bucket.name, now_us)) for bucket in buckets]
            costs_us = [min(cost, bucket.holds) * bucket.share_us for bucket in buckets]
            wait_us = max(
                full_us + cost_us - bucket.holds * bucket.share_us - now_us
                for bucket, full_us, cost_us in zip(buckets, full_at_us, costs_us, strict=True)
            )
            if wait_us <= 0:
                full_at_us = [full_us + cost_us for full_us, cost_us in zip(full_at_us, costs_us, strict=True)]
                self._keep(buckets, full_at_us)
        return allowance(buckets, full_at_us, now_us=now_us, wait_us=wait_us)

    def _keep(self, buckets: Sequence[Bucket], full_at_us: Sequence[int]) -> None:
        for bucket, full_us in zip(buckets, full_at_us, strict=True):
            self._full_at_us.pop(bucket.name, None)
            self._full_at_us[bucket.name] = full_us
        while len(self._full_at_us) > self._buckets_max:
            self._full_at_us.popitem(last=False)
