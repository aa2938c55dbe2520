"""Buckets in Redis, looked at and taken from by one script, so that no two processes give the same rest away."""

from collections.abc import Sequence
from functools import cache

from redis.commands.core import Script

from access import redis_connection
from access.rates.bucket import Allowance, Bucket, allowance

KEY = "marketops:bucket:{name}"
TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local cost, wait, fulls = tonumber(ARGV[1]), 0, {}
for place, key in ipairs(KEYS) do
  local share, holds = tonumber(ARGV[2 * place]), tonumber(ARGV[2 * place + 1])
  fulls[place] = math.max(now, tonumber(redis.call('GET', key) or now))
  wait = math.max(wait, fulls[place] + (math.min(cost, holds) - holds) * share - now)
end
local answer = {string.format('%.0f', now), string.format('%.0f', math.ceil(wait))}
for place, key in ipairs(KEYS) do
  if wait <= 0 then
    local share, holds = tonumber(ARGV[2 * place]), tonumber(ARGV[2 * place + 1])
    fulls[place] = fulls[place] + math.min(cost, holds) * share
    redis.call('SET', key, string.format('%.0f', fulls[place]), 'PX', math.ceil((fulls[place] - now) / 1000) + 1000)
  end
  answer[place + 2] = string.format('%.0f', fulls[place])
end
return answer
"""


def take_in_redis(buckets: Sequence[Bucket], *, cost: int) -> Allowance:
    """Take from all of the buckets or from none. Raises redis.RedisError, OSError when Redis is away."""
    keys = [KEY.format(name=bucket.name) for bucket in buckets]
    sizes = [size for bucket in buckets for size in (bucket.share_us, bucket.holds)]
    now_us, wait_us, *full_at_us = (int(number) for number in _script()(keys=keys, args=[cost, *sizes]))
    return allowance(buckets, full_at_us, now_us=now_us, wait_us=wait_us)


@cache
def _script() -> Script:
    return redis_connection.client().register_script(TAKE)
