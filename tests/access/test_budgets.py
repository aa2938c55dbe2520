"""What comes together is charged together, and nobody gets more by it."""

from typing import Any
from uuid import uuid4

import pytest

from access import budgets
from access.budgets import Budget, Cost


@pytest.fixture
def address(settings: Any) -> str:
    """An address that has spent nothing, and budgets of five orders that come back in hours."""
    settings.RATE_LIMITS = {"orders": (0.001, 5)}
    return f"address-of-{uuid4()}"


def granted(units: list[int], *, address: str) -> list[bool]:
    """Which of some requests that come together are granted."""
    costs = [Cost(Budget.ORDERS, each) for each in units]
    allowed = budgets.spend_each(costs, actor=None, address=address)
    return [one is not None and one.is_granted for one in allowed]


def test_what_fits_is_granted_at_once(address: str):
    assert granted([1, 1, 1], address=address) == [True] * 3
    assert granted([1, 1], address=address) == [True] * 2
    assert granted([1], address=address) == [False]


def test_of_what_does_not_fit_the_first_are_granted(address: str):
    assert granted([1, 1, 1], address=address) == [True] * 3
    assert granted([1] * 4, address=address) == [True, True, False, False]


def test_more_than_a_budget_holds_is_not_taken_for_what_it_holds(address: str):
    assert granted([1] * 8, address=address) == [True] * 5 + [False] * 3


def test_a_small_request_goes_on_behind_a_large_one(address: str):
    assert granted([3, 3, 1], address=address) == [True, False, True]


def test_without_a_limit_everything_is_granted(address: str, settings: Any):
    settings.RATE_LIMITS = {}
    assert budgets.spend_each([Cost(Budget.ORDERS)] * 3, actor=None, address=address) == [None] * 3
