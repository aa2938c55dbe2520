"""Buckets, in Redis and in a process: nobody takes more than they hold, however many take at once."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import redis

from access import rates, redis_connection
from access.rates.bucket import Allowance, Bucket, allowance
from access.rates.in_process import Buckets
from access.rates.in_redis import KEY, take_in_redis

Take = Callable[..., Allowance]
SLOW = 0.001
TOGETHER = 500
_names = (f"test:{number}" for number in count())


def bucket(holds: int, *, per_s: float = SLOW) -> Bucket:
    """A bucket that nobody has taken from."""
    found = Bucket(next(_names), per_s, holds)
    redis_connection.client().delete(KEY.format(name=found.name))
    return found


@pytest.fixture(params=["in Redis", "in the process"])
def take(request: pytest.FixtureRequest) -> Take:
    """Either kind."""
    return take_in_redis if request.param == "in Redis" else Buckets().take


def test_a_bucket_gives_what_it_holds_and_no_more(take):
    whole = bucket(3)
    answers = [take([whole], cost=1) for _ in range(5)]
    assert [(answer.is_granted, answer.remaining) for answer in answers] == [
        (True, 2), (True, 1), (True, 0), (False, 0), (False, 0),
    ]  # fmt: skip
    assert answers[0].limit == 3


def test_a_refusal_says_when_enough_will_be_back_and_takes_nothing(take):
    whole = bucket(10, per_s=2)
    take([whole], cost=8)
    refused = take([whole], cost=4)
    assert (refused.is_granted, refused.remaining) == (False, 2)
    assert 0.9 < refused.retry_after_s <= 1
    assert 3.9 < refused.reset_s <= 4
    assert take([whole], cost=2).is_granted


def test_of_two_buckets_both_give_or_neither(take):
    wide, narrow = bucket(10), bucket(1)
    assert take([wide, narrow], cost=1).is_granted
    refused = take([wide, narrow], cost=1)
    assert (refused.is_granted, refused.limit) == (False, 1)
    assert take([wide], cost=9).is_granted


def test_what_costs_more_than_a_bucket_holds_takes_all_of_it(take):
    small = bucket(5)
    assert take([small], cost=100).is_granted
    assert not take([small], cost=1).is_granted


def test_a_full_bucket_gives_all_it_holds_at_any_time_of_day(monkeypatch):
    """Times are sums of shares: one that is rounded too high would refuse the last unit of a bucket that is full."""
    chance = random.Random(1)
    for holds in range(1, 500):
        now_ns = chance.randrange(10**17)
        monkeypatch.setattr(time, "monotonic_ns", lambda now_ns=now_ns: now_ns)
        whole = Bucket("test:whole", chance.choice([0.001, 0.3, 3, 7, 1_200 / 60]), holds)
        answers = [Buckets().take([whole], cost=holds)]
        one_by_one = Buckets()
        answers += [one_by_one.take([whole], cost=1) for _ in range(holds)]
        assert all(answer.is_granted for answer in answers)
        assert not one_by_one.take([whole], cost=1).is_granted


def granted_together(take: Take, whole: Bucket) -> int:
    """How many of many callers at once are let through."""
    start = threading.Barrier(32)

    def ask(number: int) -> int:
        start.wait() if number < 32 else None
        return int(take([whole], cost=1).is_granted)

    with ThreadPoolExecutor(32) as callers:
        return sum(callers.map(ask, range(TOGETHER)))


def test_many_at_once_never_get_more_than_there_is(take):
    assert granted_together(take, bucket(100)) == 100


def test_a_bucket_that_is_read_and_then_written_gives_the_same_rest_away_twice():
    """What the script is for: the same arithmetic in two commands lets too many through, and the law above sees it."""

    def read_then_write(buckets: Sequence[Bucket], *, cost: int) -> Allowance:
        client: redis.Redis = redis_connection.client()
        key, whole = KEY.format(name=buckets[0].name), buckets[0]
        now_us = int(client.time()[0]) * 1_000_000
        full_us = max(now_us, int(client.get(key) or now_us))
        wait_us = full_us + (cost - whole.holds) * whole.share_us - now_us
        if wait_us <= 0:
            client.set(key, full_us + cost * whole.share_us)
        return allowance(buckets, [full_us], now_us=now_us, wait_us=wait_us)

    assert granted_together(read_then_write, bucket(100)) > 100


def test_a_process_remembers_a_bounded_number_of_buckets():
    buckets = Buckets(buckets_max=10)
    for number in range(50):
        buckets.take([Bucket(str(number), 1, 1)], cost=1)
    assert len(buckets) == 10


def test_while_redis_is_away_each_process_counts_for_itself(monkeypatch):
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.2)
    asked = []

    def away(buckets: Sequence[Bucket], *, cost: int) -> Allowance:
        asked.append(cost)
        nowhere.ping()
        raise AssertionError("nothing listens there")

    monkeypatch.setattr(rates, "take_in_redis", away)
    monkeypatch.setattr(rates._Redis, "again_at_s", 0.0)
    whole = bucket(2)
    assert [rates.take(whole, cost=1).is_granted for _ in range(3)] == [True, True, False]
    assert len(asked) == 1
