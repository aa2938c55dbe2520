"""A class of simulated students beside the simulated traders: nothing breaks, and the final results follow from the
ledger."""

import os
import re
import sys

import pytest

from tests.classroom import lesson as lessons
from tests.web.browser.conftest import System

pytestmark = pytest.mark.xdist_group("system")

SYMBOL = "ACME"
BY_NIGHT = bool(os.environ.get("MARKETOPS_NIGHTLY"))
STUDENTS, LESSON_S = (50, 300.0) if BY_NIGHT else (5, 20.0)
NAMES = re.compile(r'<th scope="row">(student-[^<]+?)</th>')


@pytest.mark.timeout(900 if BY_NIGHT else 240)
def test_a_class_of_students_trades_and_its_results_follow_from_the_ledger(system: System, record_property):
    lesson = lessons.held(system.running, students=STUDENTS, for_s=LESSON_S, symbol=SYMBOL)
    sys.stdout.write(f"{lesson}\n")
    record_property("lesson", str(lesson))

    assert lesson.faults == []
    assert lesson.orders["taken on"] > 0
    assert {one.username for one in lesson.results} == {one.username for one in lesson.students}
    assert {one.profit for one in lesson.results} == {one.equity - lessons.GRANT for one in lesson.results}
    # The mark is the same for all; who holds nothing has what the ledger sums to.
    assert [one for one in lesson.results if not one.quantity and one.equity != one.cash] == []
    marks = {(one.equity - one.cash) / one.quantity for one in lesson.results if one.quantity}
    assert len(marks) == 1
    assert min(marks) > 0
    assert NAMES.findall(lesson.final_page) == [one.username for one in lesson.results]
    audit = system.running.manage("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr
