"""The suite sees: a bug planted on purpose is found by the test that stands for its promise, and in its words."""

import os
import re
import sys

import pytest

from tests.faults.laboratory import Laboratory
from tests.faults.planted import REGISTER
from tests.faults.planted.bug import PlantedBug

IN_ROTATION = 4
ROUNDS_MAX = 3
"""Some bugs are races, which a round may miss; a suite that needs more than a few rounds does not see them."""


@pytest.fixture(scope="module")
def bugs_of_today(premises: Laboratory, amount) -> list[PlantedBug]:
    """Four of the bugs, others on another seed; all of them by night."""
    count = amount(IN_ROTATION, len(REGISTER))
    first = premises.landings.seed % len(REGISTER)
    return [REGISTER[(first + place * len(REGISTER) // count) % len(REGISTER)] for place in range(count)]


def found_in_words(premises: Laboratory, bug: PlantedBug) -> str:
    """What the bug's finder says of it; empty when it misses the bug in every round."""
    for _ in range(ROUNDS_MAX):
        try:
            bug.finder(premises, bug.name)
        except AssertionError as broken:
            return str(broken)
    return ""


@pytest.mark.timeout(7200 if os.environ.get("MARKETOPS_NIGHTLY") else 600)
def test_every_planted_bug_of_today_is_found_and_by_night_nothing_is_found_without_it(
    premises: Laboratory, bugs_of_today: list[PlantedBug], amount, record_property
):
    """By day the drivers and tests run without the bugs in places of their own."""
    by_night = amount(0, 1)
    for bug in bugs_of_today:
        sys.stdout.write(f"planted: {bug.name} ({bug.found_by})\n")
        assert re.search(bug.says, found_in_words(premises, bug), re.DOTALL), bug.name
        if by_night:
            bug.finder(premises, "")
    record_property("planted bugs found", ", ".join(bug.name for bug in bugs_of_today))


def test_every_planted_bug_has_a_name_of_its_own():
    assert len({bug.name for bug in REGISTER}) == len(REGISTER)
