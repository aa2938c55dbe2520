"""What callers may spend on what: a budget for each kind of request, of each key and of each address.

Cancels have a budget of their own, so that they are the last to be cut; operators' acts share it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings

from access import rates
from access.rates import Allowance, Bucket
from access.records import Actor


class Budget(StrEnum):
    """What a request is counted under."""

    READS = "reads"
    ORDERS = "orders"
    CANCELS = "cancels"
    FAILURES = "failures"
    SIGN_INS = "sign_ins"


class Cost(NamedTuple):
    """How much of which budget a request costs."""

    budget: Budget
    units: int = 1


def is_bounded(cost: Cost) -> bool:
    """Whether there is a limit for what is counted so."""
    return cost.budget.value in settings.RATE_LIMITS


def told(cost: Cost, allowed: Allowance) -> str:
    """What is said of a request that its caller has not enough left for."""
    return f"The budget of {cost.budget} holds {allowed.limit} and is spent; ask again when some of it is back."


def spend(cost: Cost, *, actor: Actor | None, address: str) -> Allowance | None:
    """Take what a request costs from the budgets of its caller's key and of the address it comes from.

    Of somebody unknown the address alone is counted, apart from the keys that are used from there. None without a limit
    for such requests.
    """
    limit = settings.RATE_LIMITS.get(cost.budget.value)
    if limit is None:
        return None
    per_s, holds = limit
    if actor is None:
        return rates.take(Bucket(f"{cost.budget}:unknown:{address}", per_s, holds), cost=cost.units)
    whose = f"user:{actor.user_id}" if actor.key_id is None else f"key:{actor.key_id}"
    factor = settings.RATE_LIMIT_ADDRESS_FACTOR
    shared = Bucket(f"{cost.budget}:address:{address}", per_s * factor, holds * factor)
    return rates.take(Bucket(f"{cost.budget}:{whose}", per_s, holds), shared, cost=cost.units)


def spend_each(costs: Sequence[Cost], *, actor: Actor | None, address: str) -> list[Allowance | None]:
    """Take what requests of one caller cost that come together, all of one budget: at once where that is granted."""
    budget = costs[0].budget
    whole = Cost(budget, sum(cost.units for cost in costs))
    _, holds = settings.RATE_LIMITS.get(budget.value, (0.0, whole.units))
    if len(costs) > 1 and whole.units <= holds:
        allowed = spend(whole, actor=actor, address=address)
        if allowed is None or allowed.is_granted:
            return [allowed] * len(costs)
    return [spend(cost, actor=actor, address=address) for cost in costs]
