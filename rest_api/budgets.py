"""What requests cost their callers, and how a caller is told what is left."""

from collections.abc import Mapping
from math import ceil
from typing import cast

from django.http import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access import budgets
from access.budgets import Budget, Cost
from access.networks import caller_address
from access.rates import Allowance
from access.records import Actor
from market.errors import Throttled

READING = Cost(Budget.READS)
TRADING = Cost(Budget.ORDERS)
CANCELING = Cost(Budget.CANCELS)
OPERATING = Cost(Budget.CANCELS)
FAILING = Cost(Budget.FAILURES)

DEFAULTS: Mapping[str, Cost] = {"GET": READING, "HEAD": READING, "OPTIONS": READING, "DELETE": CANCELING}


def charge(request: Request, cost: Cost) -> Allowance | None:
    """Take what a request costs. Raises Throttled when its caller has not enough left."""
    actor = cast("Actor | None", request.user)
    allowed = budgets.spend(cost, actor=actor, address=caller_address(request.META))
    if allowed is not None:
        request._request.META["marketops.allowance"] = allowed
        _refuse_unless_granted(allowed, cost)
    return allowed


def charge_failure(request: Request, refusal: AuthenticationFailed) -> AuthenticationFailed:
    """The refusal of somebody who showed no good key; they may guess so often. Raises Throttled after that."""
    allowed = budgets.spend(FAILING, actor=None, address=caller_address(request.META))
    if allowed is not None:
        _refuse_unless_granted(allowed, FAILING)
    return refusal


def tell(request: Request, response: HttpResponseBase) -> None:
    """Say in an answer's headers how much of the budget that has least left there is, and when it is full again."""
    allowed: Allowance | None = request._request.META.get("marketops.allowance")
    if allowed is not None:
        response.headers["RateLimit-Limit"] = str(allowed.limit)
        response.headers["RateLimit-Remaining"] = str(allowed.remaining)
        response.headers["RateLimit-Reset"] = str(ceil(allowed.reset_s))


def _refuse_unless_granted(allowed: Allowance, cost: Cost) -> None:
    if not allowed.is_granted:
        raise Throttled(budgets.told(cost, allowed), retry_after_s=allowed.retry_after_s)
