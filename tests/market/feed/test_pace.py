"""A client may talk so fast and no faster."""

import pytest

from market.errors import Throttled
from market.feed.pace import Budget, Pace


def test_a_second_s_worth_may_come_at_once_and_one_more_may_not():
    pace = Pace(3, now_s=100.0)
    assert [pace.allows_one_more(now_s=100.0) for _ in range(4)] == [True, True, True, False]


def test_room_grows_back_with_time_and_no_further_than_a_second_s_worth():
    pace = Pace(2, now_s=0.0)
    assert [pace.allows_one_more(now_s=0.0) for _ in range(3)] == [True, True, False]
    assert pace.allows_one_more(now_s=0.5)
    assert not pace.allows_one_more(now_s=0.5)
    assert [pace.allows_one_more(now_s=60.0) for _ in range(3)] == [True, True, False]


def test_each_caller_has_a_budget_of_their_own_and_hears_when_there_is_room_again():
    budget = Budget(2, at_once=2, callers_max=10)
    for caller in ("tim", "tim", "nora"):
        budget.spend(caller, now_s=0.0)
    with pytest.raises(Throttled) as refused:
        budget.spend("tim", now_s=0.0)
    assert refused.value.retry_after_s == 0.5
    budget.spend("nora", now_s=0.0)
    budget.spend("tim", now_s=0.5)


def test_no_more_callers_are_remembered_than_there_is_room_for():
    budget = Budget(1, at_once=1, callers_max=2)
    for caller in ("tim", "nora", "olivia"):
        budget.spend(caller, now_s=0.0)
    assert len(budget) == 2
