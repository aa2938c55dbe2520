"""The pages of classes: joining by a code, the leaderboard, and what the teacher does."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from access.services import users
from market.models import ClassMember, TradingClass
from market.services import class_results, classes, equity, trading


@pytest.fixture
def teacher(market, visit):
    """Stella's browser."""
    return visit(market.staff)


@pytest.fixture
def code(market) -> str:
    """The code of a class that goes on for an hour."""
    now = datetime.now(UTC)
    return classes.create(
        name="Economics 1",
        grant_amount=Decimal(10_000),
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        actor=market.staff,
    ).code


def test_a_teacher_makes_a_class_and_a_student_joins_by_its_code(market, teacher, trader):
    begins = datetime.now(UTC)
    form = {
        "name": "Economics 2",
        "grant_amount": "5000",
        "symbols": "acme",
        "starts_at": f"{begins:%Y-%m-%dT%H:%M}",
        "ends_at": f"{begins + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    page = teacher.post("/classes/create/", form, follow=True).content.decode()
    made = TradingClass.objects.get()
    assert f"Students join with the code {made.code}." in page
    assert (made.symbols, made.grant_amount) == (["ACME"], Decimal(5000))

    page = trader.post("/classes/join/", {"code": f" {made.code.lower()} "}, follow=True).content.decode()
    assert f"You are in class {made.code}. Trade for it with account" in page
    assert "tim" in page
    assert "Start anew" not in page, "what the teacher may do is not offered to a student"


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("grant_amount", "-1"), ("symbols", "NIX"), ("ends_at", "2020-01-01T10:00")]
)
def test_an_impossible_class_comes_back_with_the_field_at_fault(teacher, field, value):
    form = {"name": "E", "grant_amount": "1", "starts_at": "2019-01-01T10:00", "ends_at": "2097-01-01T10:00"}
    answer = teacher.post("/classes/create/", {**form, field: value})
    assert answer.status_code == 422
    assert f'data-field="{field}"' in answer.content.decode()
    assert TradingClass.objects.count() == 0


def test_a_wrong_code_is_told(trader, code):
    assert (
        "No class has this code." in trader.post("/classes/join/", {"code": "NASUCH22"}, follow=True).content.decode()
    )
    assert "Write the code of your class." in trader.post("/classes/join/", {}, follow=True).content.decode()
    assert ClassMember.objects.count() == 0


@pytest.mark.parametrize("act", ["create/", "{}/end/", "{}/reset/", "{}/remove/"])
def test_a_student_does_nothing_of_what_the_teacher_does(market, trader, code, act):
    account = classes.join(code, actor=market.trader).number
    answer = trader.post(f"/classes/{act.format(code)}", {"account": account})
    assert answer.status_code == 403
    assert trader.get(f"/classes/{code}/export.zip").status_code == 403


def test_the_teacher_lets_a_member_start_anew_and_removes_one(market, teacher, trader, code):
    account = classes.join(code, actor=market.trader).number
    page = teacher.post(f"/classes/{code}/reset/", {"account": account}, follow=True).content.decode()
    assert f"{account} starts anew." in page
    page = teacher.post(f"/classes/{code}/remove/", {"account": account}, follow=True).content.decode()
    assert f"{account} is in the class no longer." in page
    assert trader.get(f"/classes/{code}/").status_code == 404
    for nobodys in ("NOSUCH", "", "A\x00"):
        for act in ("reset", "remove"):
            assert teacher.post(f"/classes/{code}/{act}/", {"account": nobodys}).status_code == 404


def test_the_teacher_halts_the_instruments_and_everybody_reads_when_and_why(market, teacher, trader, code):
    market.list("OTHER")
    classes.join(code, actor=market.trader)
    act = {"act": "halt", "symbol": ["ACME"], "reason": "What is a halt?", "next": f"/classes/{code}/"}
    page = teacher.post("/operations/books/", act, follow=True).content.decode()
    assert "ACME is halted." in page
    teacher.post("/operations/books/", {**act, "act": "resume"})
    page = trader.get(f"/classes/{code}/").content.decode()
    told = page[page.index("What happened") :]
    assert (told.count('<th scope="row">ACME</th>'), told.count("stella")) == (2, 2)
    assert "What is a halt?" in told
    assert 'value="halt"' not in page, "a student halts nothing"


def test_what_was_halted_before_the_class_began_is_not_told(market, trader, code):
    classes.join(code, actor=market.trader)
    trading.halt("ACME", reason="yesterday", actor=market.operator)
    TradingClass.objects.update(starts_at=datetime.now(UTC))
    page = trader.get(f"/classes/{code}/").content.decode()
    assert "was halted while it went on" in page


def test_the_teacher_ends_a_class_before_its_time(market, teacher, trader, code):
    classes.join(code, actor=market.trader)
    page = teacher.post(f"/classes/{code}/end/", follow=True).content.decode()
    assert "The class is over." in page
    assert 'action="/classes/' + code + '/end/"' not in page
    assert class_results.freeze_those_over() == 1
    assert "final since" in trader.get(f"/classes/{code}/").content.decode()


def test_a_class_that_is_over_shows_its_final_result(market, trader, code):
    classes.join(code, actor=market.trader)
    assert "at the marks of" in trader.get(f"/classes/{code}/projector/").content.decode()
    TradingClass.objects.update(ends_at=datetime.now(UTC))
    class_results.freeze_those_over()
    assert "final since" in trader.get(f"/classes/{code}/projector/").content.decode()


def test_the_leaderboard_shows_the_class_that_goes_on_and_others_by_choice(market, trader, code):
    assert "You are in no class yet." in trader.get("/leaderboard/").content.decode()
    classes.join(code, actor=market.trader)
    assert '<span class="unit">you</span>' in trader.get("/leaderboard/").content.decode()
    now = datetime.now(UTC)
    terms = {"grant_amount": Decimal(1), "starts_at": now + timedelta(days=1), "ends_at": now + timedelta(days=2)}
    later = classes.create(name="Economics 9", **terms, actor=market.staff).code
    classes.join(later, actor=market.trader)
    assert "<h1>Economics 1</h1>" in trader.get("/leaderboard/").content.decode()
    assert "<h1>Economics 9</h1>" in trader.get(f"/leaderboard/?class={later}").content.decode()
    for nobodys in ("NASUCH22", "x", "%00"):
        assert trader.get(f"/leaderboard/?class={nobodys}").status_code == 404


def test_the_export_holds_all_that_the_members_have_done(market, teacher, code):
    account = classes.join(code, actor=market.trader).number
    market.house_places("SELL", 10, "10.00")
    market.place("BUY", 10, "10.00", account=account)
    market.place("BUY", 10, "99.00", account=account)
    market.drain()
    equity.sample()
    answer = teacher.get(f"/classes/{code}/export.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    tables = {name: list(csv.DictReader(io.TextIOWrapper(archive.open(name)))) for name in archive.namelist()}
    assert [(row["symbol"], row["ord_status"], row["reject_reason"]) for row in tables["orders.csv"]] == [
        ("ACME", "FILLED", ""),
        ("ACME", "REJECTED", "price_exceeds_band"),
    ]
    assert [(row["side"], Decimal(row["last_px"]), Decimal(row["last_qty"])) for row in tables["executions.csv"]] == [
        ("BUY", Decimal(10), Decimal(10))
    ]
    assert sum(Decimal(row["amount"]) for row in tables["ledger.csv"]) == Decimal(9_900)
    assert [Decimal(row["equity"]) for row in tables["equity.csv"]] == [Decimal(10_000)]
    assert [row["username"] for row in tables["results.csv"]] == ["tim"]
    assert [row["account"] for row in tables["members.csv"]] == [account]


def test_what_a_student_is_called_is_no_formula_in_the_export(market, teacher, code):
    student = users.create(username="+1-1", password=market.password)
    classes.join(code, actor=student)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(teacher.get(f"/classes/{code}/export.zip").streaming_content)))
    for name in ("members.csv", "results.csv"):
        assert [row["username"] for row in csv.DictReader(io.TextIOWrapper(archive.open(name)))] == ["'+1-1"]
