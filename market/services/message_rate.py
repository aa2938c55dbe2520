"""How many orders and replacements an account hands in each second, counted for all doors and processes together.

It holds a second's worth at once. Cancels are not counted.
"""

from typing import NamedTuple

from access import rates
from access.rates import Bucket
from market.errors import Throttled
from market.rows import TradedAccount


class Granted(NamedTuple):
    """How many messages go on, and after how many seconds the next one may come."""

    messages: int
    retry_after_s: float = 0.0


def take(account: TradedAccount, *, wanted: int) -> Granted:
    """Count up to ``wanted`` messages of an account, as far as its limit lets them through; all of them without one."""
    per_s = account.limits.messages_per_s_max
    if per_s is None:
        return Granted(wanted)
    if per_s == 0:
        return Granted(0, 1.0)
    bucket, most = Bucket(f"account:{account.account_id}", per_s, per_s), min(wanted, per_s)
    whole = rates.take(bucket, cost=most)
    if whole.is_granted:
        return Granted(most, 1 / per_s)
    if whole.remaining and rates.take(bucket, cost=whole.remaining).is_granted:
        return Granted(whole.remaining, 1 / per_s)
    return Granted(0, min(whole.retry_after_s, 1 / per_s))


def refusal(granted: Granted, *, account: TradedAccount) -> Throttled:
    """What is said of a message that came too fast."""
    return Throttled(
        f"Account {account.number} may hand in {account.limits.messages_per_s_max} orders and replacements a second.",
        retry_after_s=granted.retry_after_s,
    )
