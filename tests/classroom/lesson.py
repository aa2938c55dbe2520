"""A lesson: a teacher makes a class, students come and trade in it, and it ends with final results."""

import statistics
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import uuid4

import httpx

from tests.classroom.student import TOKEN, Notes, Student
from tests.running_system import RunningSystem, wait_until

GRANT = Decimal(10_000)
FINAL_WITHIN_S = 60.0
MOMENT = "%Y-%m-%dT%H:%M"


class Result(NamedTuple):
    """How a student came out, and what the ledger says of the account."""

    username: str
    rank: int
    equity: Decimal
    profit: Decimal
    cash: Decimal
    quantity: Decimal


RESULTS = """
SELECT u.username, r.rank, r.equity, r.profit, sum(l.amount), sum(l.quantity_lots * COALESCE(i.lot_size, 1))
  FROM market_classresult r
  JOIN market_classmember m ON m.id = r.member_id
  JOIN market_tradingclass c ON c.id = m.trading_class_id
  JOIN access_user u ON u.id = m.user_id
  JOIN market_ledger l ON l.account_id = m.account_id AND l.ledger_account = 'ACCOUNT'
  LEFT JOIN market_instrument i ON i.id = l.instrument_id
 WHERE c.code = %s
 GROUP BY u.username, r.rank, r.equity, r.profit
 ORDER BY r.rank, u.username
"""


@dataclass(frozen=True)
class Lesson:
    """What came of a lesson."""

    code: str
    students: list[Student]
    notes: list[Notes]
    results: list[Result]
    final_page: str

    @property
    def faults(self) -> list[str]:
        """What went wrong for anybody."""
        return [fault for one in self.notes for fault in one.faults]

    @property
    def orders(self) -> Counter[str]:
        """What became of all orders: taken on, or rejected and why."""
        return sum((one.orders for one in self.notes), Counter())

    def __str__(self) -> str:
        answers_ms = sorted(1000 * answer_s for one in self.notes for answer_s in one.answers_s)
        p50, p95 = (statistics.quantiles(answers_ms, n=20)[place] for place in (9, 18))
        return (
            f"{len(self.students)} students, {len(answers_ms)} pages: p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
            f"slowest {answers_ms[-1]:.0f} ms; asked again {sum(one.asked_again for one in self.notes)} times; "
            f"orders {dict(self.orders)}"
        )


def held(system: RunningSystem, *, students: int, for_s: float, symbol: str) -> Lesson:
    """Hold a lesson with so many students for so long."""
    with _teacher(system) as teacher:
        code = _make_class(teacher, symbol=symbol)
        run = uuid4().hex[:6]
        class_room = [
            Student(system.http, username=f"student-{run}-{place}", code=code, symbol=symbol, seed=place)
            for place in range(students)
        ]
        with ThreadPoolExecutor(students) as threads:
            notes = list(threads.map(lambda student: student.attend(for_s=for_s), class_room))
        _post(teacher, f"/classes/{code}/end/")
        wait_until(lambda: "final since" in _page(teacher, f"/classes/{code}/"), within_s=FINAL_WITHIN_S)
        final_page = _page(teacher, f"/leaderboard/?class={code}")
    results = [Result(*row) for row in system.query(RESULTS, code)]
    return Lesson(code, class_room, notes, results, final_page)


@contextmanager
def _teacher(system: RunningSystem) -> Iterator[httpx.Client]:
    with system.browser("operator") as client:
        yield client


def _make_class(teacher: httpx.Client, *, symbol: str) -> str:
    now = datetime.now(UTC)
    page = _post(
        teacher,
        "/classes/create/",
        name="A simulated class",
        grant_amount=str(GRANT),
        symbols=symbol,
        starts_at=now.strftime(MOMENT),
        ends_at=(now + timedelta(hours=2)).strftime(MOMENT),
    )
    return str(page.url.path).rstrip("/").rpartition("/")[2]


def _page(client: httpx.Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer.text


def _post(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    token = TOKEN.search(_page(client, "/classes/"))
    assert token is not None, "the page has a form"
    answer = client.post(path, data={**form, "csrfmiddlewaretoken": token.group(1)})
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer
