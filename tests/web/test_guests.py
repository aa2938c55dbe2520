"""Trading as a guest from the sign-in page, and keeping the account under a name of one's own."""

import pytest
from django.test import Client

from access.models import User
from access.selectors import users
from access.services import users as user_services
from market.selectors import accounts
from tests.market_place import MarketPlace
from tests.web.conftest import filled_in

PASSWORD = "plenty-of-letters-42"


@pytest.fixture
def guest(market: MarketPlace, anybody: Client) -> Client:
    """The browser of somebody who trades as a guest."""
    anybody.post("/guest/", {})
    return anybody


def test_a_visitor_trades_as_a_guest_by_one_button(market: MarketPlace, anybody: Client):
    assert "Trade as a guest" in anybody.get("/sign-in/").content.decode()

    page = anybody.post("/guest/", {"next": "/instruments/ACME/"}, follow=True)

    assert page.redirect_chain == [("/instruments/ACME/", 303)]
    text = page.content.decode()
    assert 'id="ticket"' in text
    assert "You trade as a guest." in text


def test_a_guest_keeps_the_account_under_a_name_of_their_own(market: MarketPlace, guest: Client):
    user = User.objects.get(is_guest=True)
    number = _accounts_of(user)[0]
    guest.post("/instruments/ACME/orders/", filled_in(market, account=number))

    page = guest.post("/keep-account/", {"username": "vera", "password": PASSWORD}, follow=True).content.decode()

    assert "The account is yours, vera." in page
    assert "You trade as a guest." not in page
    assert number in guest.get("/portfolio/").content.decode(), "the session goes on"
    other = Client()
    other.post("/sign-in/", {"username": "vera", "password": PASSWORD})
    assert number in other.get("/portfolio/").content.decode()


def test_a_second_click_on_keeping_the_account_is_no_error(monkeypatch, guest: Client):
    keep = user_services.keep_guest

    def keep_twice(actor, **chosen):
        keep(actor, **chosen)
        return keep(actor, **chosen)

    monkeypatch.setattr(user_services, "keep_guest", keep_twice)
    answer = guest.post("/keep-account/", {"username": "vera", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_bad_choice_is_explained_at_its_field(market: MarketPlace, guest: Client):
    page = guest.post("/keep-account/", {"username": "tim", "password": PASSWORD}).content.decode()
    assert 'data-field="username"' in page
    page = guest.post("/keep-account/", {"username": "vera", "password": "short"}).content.decode()
    assert 'data-field="password"' in page
    assert guest.get("/sign-up/", follow=True).redirect_chain == [("/keep-account/", 302)]


def test_once_signed_in_the_button_makes_no_further_guest(market: MarketPlace, guest: Client, trader: Client):
    guest.post("/guest/", {})
    trader.post("/guest/", {})
    assert User.objects.filter(is_guest=True).count() == 1


def test_where_guests_are_not_taken_there_is_neither_button_nor_address(settings, market: MarketPlace, anybody: Client):
    settings.GUESTS = False
    assert "Trade as a guest" not in anybody.get("/sign-in/").content.decode()
    assert anybody.post("/guest/", {}).status_code == 404
    assert not User.objects.filter(is_guest=True).exists()


def test_too_many_guests_from_one_address_wait(settings, market: MarketPlace, anybody: Client):
    settings.RATE_LIMITS = {"sign_ins": (0.001, 2)}
    answers = [Client().post("/guest/", {}).status_code for _ in range(4)]
    assert answers == [303, 303, 429, 429]
    assert User.objects.filter(is_guest=True).count() == 2


def _accounts_of(user: User) -> list[str]:
    actor = users.actor_of(user.pk, door="web", address="")
    return [one.number for one in accounts.of_actor(actor)]
