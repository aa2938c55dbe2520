"""How many orders and replacements an account hands in each second, counted for all doors and processes together.

The count is a bucket in Redis that refills steadily and holds a second's worth, kept by one script, so that two
processes never give the same room away. Redis is no truth: while it is away each process keeps buckets of its own, for
a bounded number of accounts, and an account may then hand in as much at each process as otherwise at all of them.
"""

import threading
import time
from collections import OrderedDict
from functools import cache
from typing import NamedTuple

import redis
import structlog
from redis.commands.core import Script

from market import redis_connection
from market.errors import Throttled
from market.rows import TradedAccount
from vocabulary import limits

KEY = "marketops:rate:{account_id}"
SECOND_US = 1_000_000
# The bucket is one number, the time at which it will be full again: a message moves it on by its share of a second.
TAKE = """
local per_s, wanted, second = tonumber(ARGV[1]), tonumber(ARGV[2]), 1000000
local time = redis.call('TIME')
local now = tonumber(time[1]) * second + tonumber(time[2])
local share = second / per_s
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local room = math.floor((now + second - full) / share + 0.000001)
local granted = math.max(0, math.min(wanted, room))
full = full + granted * share
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', 2000)
return {granted, math.ceil(math.max(0, full + share - second - now))}
"""

logger = structlog.get_logger(__name__)


class Granted(NamedTuple):
    """How many messages go on, and after how many seconds the next one may come."""

    messages: int
    retry_after_s: float


class Buckets:
    """The buckets of one process, for as many accounts as are remembered. Threads share them.

    An account that is forgotten begins with a full bucket: that needs more accounts at work than are remembered.
    """

    def __init__(self, *, accounts_max: int = limits.MESSAGE_RATES_KNOWN_MAX) -> None:
        self._accounts_max = accounts_max
        self._full_at_us: OrderedDict[int, float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._full_at_us)

    def take(self, account_id: int, *, per_s: int, wanted: int, now_us: int) -> Granted:
        """Count up to ``wanted`` messages, as far as there is room."""
        share_us = SECOND_US / per_s
        with self._lock:
            full_at_us = max(now_us, self._full_at_us.pop(account_id, now_us))
            messages = max(0, min(wanted, int((now_us + SECOND_US - full_at_us) / share_us + 1e-6)))
            full_at_us += messages * share_us
            self._full_at_us[account_id] = full_at_us
            if len(self._full_at_us) > self._accounts_max:
                self._full_at_us.popitem(last=False)
        return Granted(messages, max(0.0, full_at_us + share_us - SECOND_US - now_us) / SECOND_US)


_buckets = Buckets()
_redis_again_at_s = 0.0


def take(account: TradedAccount, *, wanted: int) -> Granted:
    """Count up to ``wanted`` messages of an account, as far as its limit lets them through; all of them without one."""
    per_s = account.limits.messages_per_s_max
    if per_s is None:
        return Granted(wanted, 0.0)
    if per_s == 0:
        return Granted(0, 1.0)
    return _take_in_redis(account.account_id, per_s=per_s, wanted=wanted) or _buckets.take(
        account.account_id, per_s=per_s, wanted=wanted, now_us=time.monotonic_ns() // 1_000
    )


def refusal(granted: Granted, *, account: TradedAccount) -> Throttled:
    """What is said of a message that came too fast."""
    return Throttled(
        f"Account {account.number} may hand in {account.limits.messages_per_s_max} orders and replacements a second.",
        retry_after_s=granted.retry_after_s,
    )


@cache
def _script() -> Script:
    return redis_connection.client().register_script(TAKE)


def _take_in_redis(account_id: int, *, per_s: int, wanted: int) -> Granted | None:
    global _redis_again_at_s  # noqa: PLW0603  one process, one connection to Redis, one time to ask it again
    if time.monotonic() < _redis_again_at_s:
        return None
    try:
        answer = _script()(keys=[KEY.format(account_id=account_id)], args=[per_s, wanted])
    except (redis.RedisError, OSError) as error:
        _redis_again_at_s = time.monotonic() + limits.MESSAGE_RATE_REDIS_PAUSE_S
        logger.warning("message_rate_without_redis", error=str(error))
        return None
    messages, wait_us = answer
    return Granted(int(messages), int(wait_us) / SECOND_US)
