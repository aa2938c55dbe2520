"""The corpus is whole: no code without a case, no case for one door alone, no excuse without a need."""

from collections import Counter

import pytest

from market import errors
from tests.conformance.corpus import CASES, NEVER_SAID
from tests.conformance.doors.door import Door
from tests.conformance.sayable import DOORS, doors_of
from tests.conformance.words import Case, Family
from vocabulary.rejects import RejectReason

DOORS_MIN = 3
"""At how many doors each case is compared at least."""


def codes_said() -> set[str]:
    """Every code that a case brings about, be it the door's answer or the end of the order."""
    ends = {case.expected.end.reject_reason.code for case in CASES if case.expected.end is not None}
    return {case.expected.code for case in CASES} | ends


def codes_there_are() -> set[str]:
    """Every code of the vocabulary: the reasons of rejects, and the kinds of refusals."""
    reasons = {reason.code for reason in RejectReason if reason is not RejectReason.NONE}
    return reasons | {kind.code for kind in (errors.MarketError, *errors.MarketError.__subclasses__())}


def test_every_code_of_the_vocabulary_has_a_case_or_a_reason_to_have_none():
    assert codes_there_are() - codes_said() - NEVER_SAID.keys() == set()


def test_no_code_is_excused_that_a_case_brings_about_or_that_there_is_not():
    assert NEVER_SAID.keys() & codes_said() == set()
    assert NEVER_SAID.keys() - codes_there_are() == set()
    assert all(NEVER_SAID.values())


def test_every_case_has_a_name_of_its_own():
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_case_is_said_at_three_doors_at_least(case: Case):
    assert len(doors_of(case)) >= DOORS_MIN


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_door_leaves_out_only_cases_that_there_are_and_says_why(door: type[Door]):
    offered = {case.name for case in CASES if type(case.act) not in door.cannot}
    assert door.cannot_say.keys() - offered == set()
    assert all(door.cannot.values())
    assert all(door.cannot_say.values())


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_door_has_a_word_for_every_family_that_its_cases_need(door: type[Door]):
    needed = {case.expected.family for case in CASES if door.name in doors_of(case)}
    assert needed - door.said.keys() == set()
    assert door.said.keys() <= set(Family)
