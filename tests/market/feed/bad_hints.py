"""A channel layer at its worst, between the real matcher and the real readers."""

import os
import random
import threading
from typing import Any

import redis

from market.feed.frame import FeedFrame
from market.feed.publisher import Publisher


class BadHints:
    """Hints that are lost, doubled, late and out of order, by chance; those that arrive travel as they always do."""

    def __init__(self, chance: random.Random, *, arrive: float = 0.5, come_late: float = 0.3) -> None:
        self._chance = chance
        self._arrive = arrive
        self._come_late = come_late
        self._publisher = Publisher()
        self._late: list[FeedFrame] = []
        self._lock = threading.Lock()
        self.lost = self.doubled = self.late = 0

    def publish(self, frame: FeedFrame) -> None:
        """What the matcher calls after a commit."""
        with self._lock:
            if self._chance.random() > self._arrive:
                self.lost += 1
            elif self._chance.random() < self._come_late:
                self.late += 1
                self._late.append(frame)
            else:
                self._publisher.publish(frame)
                if self._chance.random() < 0.3:
                    self.doubled += 1
                    self._publisher.publish(frame)
            if self._late and self._chance.random() < 0.4:
                self._publisher.publish(self._late.pop(self._chance.randrange(len(self._late))))


def empty_the_channel_layer() -> None:
    """Everything in Valkey is gone, and so is everybody who listened there."""
    admin: Any = redis.Redis.from_url(os.environ["MARKETOPS_REDIS_ADMIN_URL"])
    admin.flushall()
    admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    admin.close()
