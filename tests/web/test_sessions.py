"""Signing up, in and out."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from access.selectors import users
from market.models import TradingClass
from market.selectors import accounts
from market.services import classes
from tests.market_place import PASSWORD, MarketPlace

GOOD_PASSWORD = "plenty-of-letters-42"


def test_a_visitor_becomes_a_trader_with_a_demo_account(anybody: Client):
    answer = anybody.post(
        "/sign-up/", {"username": "vera", "password": GOOD_PASSWORD, "next": "/instruments/ACME/"}, follow=True
    )

    assert answer.redirect_chain == [("/instruments/ACME/", 302)]
    assert 'id="ticket"' in answer.content.decode()
    actor = users.actor_of(int(anybody.session["_auth_user_id"]), door="web", address="")
    assert actor is not None
    assert actor.username == "vera"
    assert [account.buying_power for account in accounts.of_actor(actor)] == [100_000]


def _class_of(market: MarketPlace) -> str:
    now = datetime.now(UTC)
    terms = {"name": "E", "grant_amount": Decimal(5_000), "starts_at": now, "ends_at": now + timedelta(hours=1)}
    return classes.create(**terms, actor=market.staff).code


def test_a_student_joins_the_class_right_when_signing_up(market: MarketPlace, anybody: Client):
    code = _class_of(market)
    assert f'value="{code}"' in anybody.get(f"/sign-up/?code={code}").content.decode()

    form = {"username": "vera", "password": GOOD_PASSWORD, "code": code.lower(), "next": "/instruments/ACME/"}
    page = anybody.post("/sign-up/", form, follow=True).content.decode()

    assert f"You are in class {code}." in page
    actor = users.actor_of(int(anybody.session["_auth_user_id"]), door="web", address="")
    assert [(one.class_code, one.buying_power) for one in accounts.of_actor(actor)] == [(None, 100_000), (code, 5_000)]


def test_a_ticket_is_for_the_class_while_that_trades(market: MarketPlace, trader: Client):
    account = classes.join(_class_of(market), actor=market.trader).number
    chosen = re.compile(f'<option value="{account}" selected>')
    assert chosen.search(trader.get("/instruments/ACME/").content.decode())

    TradingClass.objects.update(ends_at=datetime.now(UTC))

    assert not chosen.search(trader.get("/instruments/ACME/").content.decode())


def test_a_code_that_no_class_has_makes_no_user(market: MarketPlace, anybody: Client):
    answer = anybody.post("/sign-up/", {"username": "vera", "password": GOOD_PASSWORD, "code": "NASUCH22"})

    assert answer.status_code == 200
    assert "No class has this code." in answer.content.decode()
    assert not users.exists("vera")


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        ("", GOOD_PASSWORD, "Choose a user name."),
        ("vera", "", "Choose a password."),
        ("vera", "short", "This password is too short"),
        ("vera", "password1234", "This password is too common."),
        ("tim", GOOD_PASSWORD, "taken"),
        ("a" * 151, GOOD_PASSWORD, "Keep the user name to 150 characters."),
        ("<script>", GOOD_PASSWORD, "Enter a valid username"),
        ("ve\x00ra", GOOD_PASSWORD, "Null characters are not allowed."),
        ("vera", "x" * 600, "Keep the password to 512 characters."),
    ],
)
def test_an_unacceptable_name_or_password_is_explained(
    username: str, password: str, sentence: str, market: MarketPlace, anybody: Client
):
    answer = anybody.post("/sign-up/", {"username": username, "password": password})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not users.exists("vera")


def test_signing_in_leads_to_where_one_wanted(market: MarketPlace, anybody: Client):
    answer = anybody.post("/sign-in/", {"username": "tim", "password": PASSWORD, "next": "/portfolio/"})

    assert (answer.status_code, answer["Location"]) == (302, "/portfolio/")


@pytest.mark.parametrize("page", ["/sign-in/", "/sign-up/"])
@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_or_up_never_leads_to_another_site(page: str, address: str, market: MarketPlace, anybody: Client):
    form = (
        {"username": "tim", "password": PASSWORD}
        if page == "/sign-in/"
        else {"username": "vera", "password": GOOD_PASSWORD}
    )

    answer = anybody.post(page, {**form, "next": address})

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_session_changes_its_key_on_signing_in_and_dies_on_signing_out(market: MarketPlace, anybody: Client):
    anybody.post("/sign-in/", {"username": "tim", "password": PASSWORD})
    key = anybody.session.session_key
    assert anybody.get("/portfolio/").status_code == 200

    anybody.post("/sign-out/")

    cookie = next(name for name in anybody.cookies if "session" in name)
    anybody.cookies[cookie] = str(key)
    assert anybody.get("/portfolio/").status_code == 302


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(market: MarketPlace, anybody: Client):
    known = anybody.post("/sign-in/", {"username": "tim", "password": "wrong"}).content.decode()
    unknown = anybody.post("/sign-in/", {"username": "ted", "password": "wrong"}).content.decode()

    assert "Please enter a correct username and password" in known
    assert _without_token(known) == _without_token(unknown.replace('value="ted"', 'value="tim"'))


def test_ten_wrong_passwords_lock_the_name_from_this_address(market: MarketPlace, anybody: Client):
    for _ in range(10):
        answer = anybody.post("/sign-in/", {"username": "tim", "password": "wrong"})
    locked = anybody.post("/sign-in/", {"username": "tim", "password": PASSWORD})

    assert (answer.status_code, locked.status_code) == (429, 429)
    assert "Too many attempts" in locked.content.decode()
    assert locked.headers["Retry-After"] == "900"
    assert anybody.get("/portfolio/").status_code == 302


def _without_token(text: str) -> list[str]:
    return [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]
