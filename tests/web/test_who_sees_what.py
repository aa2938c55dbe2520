"""Who may open which page, and that acts need a POST with the form's own token."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.market_place import MarketPlace
from tests.web.conftest import filled_in
from web.urls import urlpatterns

SIGN_IN = 302
# name of the page: arguments, and the answers to a visitor, a trader and an operator
PAGES = {
    "markets": ((), (200, 200, 200)),
    "instrument": (("ACME",), (200, 200, 200)),
    "analytics": (("ACME",), (200, 200, 200)),
    "own": (("ACME",), (SIGN_IN, 200, 200)),
    "orders": ((), (SIGN_IN, 200, 200)),
    "keys": ((), (SIGN_IN, 200, 200)),
    "order": ((999_999,), (SIGN_IN, 404, 404)),
    "export_orders": ((), (SIGN_IN, 200, 200)),
    "portfolio": ((), (SIGN_IN, 200, 200)),
    "export_positions": ((), (SIGN_IN, 200, 200)),
    "export_ledger": ((), (SIGN_IN, 200, 200)),
    "leaderboard": ((), (SIGN_IN, 200, 200)),
    "classes": ((), (SIGN_IN, 200, 200)),
    "class": (("NASUCH22",), (SIGN_IN, 404, 404)),
    "class_projector": (("NASUCH22",), (SIGN_IN, 404, 404)),
    "export_class": (("NASUCH22",), (SIGN_IN, 403, 403)),
    "operations": ((), (SIGN_IN, 403, 200)),
    "operations_state": ((), (SIGN_IN, 403, 200)),
    "help": ((), (200, 200, 200)),
    "sign_in": ((), (200, 302, 302)),
    "sign_up": ((), (200, 302, 302)),
    "keep_account": ((), (SIGN_IN, 302, 302)),
}
ACTS = {
    "place_order": ("ACME",),
    "preview_order": ("ACME",),
    "replace_order": (1,),
    "cancel_order": (1,),
    "cancel_all": ("ACME",),
    "halt": ("ACME",),
    "operate_books": (),
    "kill_account": (),
    "unkill_account": (),
    "resume": ("ACME",),
    "change_phase": ("ACME",),
    "uncross": ("ACME",),
    "issue_key": (),
    "create_class": (),
    "join_class": (),
    "end_class": ("NASUCH22",),
    "reset_member": ("NASUCH22",),
    "remove_member": ("NASUCH22",),
    "revoke_key": (1,),
    "guest": (),
    "sign_out": (),
}


def test_every_address_is_either_a_page_or_an_act():
    assert {pattern.name for pattern in urlpatterns} == {*PAGES, *ACTS}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_those_it_is_for(name: str, anybody: Client, trader: Client, operator: Client):
    arguments, expected = PAGES[name]
    address = reverse(f"web:{name}", args=arguments)

    assert tuple(browser.get(address).status_code for browser in (anybody, trader, operator)) == expected


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_not_done_by_following_a_link(name: str, operator: Client):
    assert operator.get(reverse(f"web:{name}", args=ACTS[name])).status_code == 405


@pytest.mark.parametrize("name", ACTS)
def test_an_act_without_the_forms_token_is_refused(name: str, market: MarketPlace, operator: Client):
    operator.handler.enforce_csrf_checks = True

    answer = operator.post(reverse(f"web:{name}", args=ACTS[name]), filled_in(market, reason="none"))

    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()


@pytest.mark.parametrize("name", ["place_order", "cancel_order", "halt", "resume"])
def test_an_act_asks_a_visitor_to_sign_in(name: str, anybody: Client):
    answer = anybody.post(reverse(f"web:{name}", args=ACTS[name]))

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(anybody: Client):
    answer = anybody.get("/instruments/ACME/own/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/sign-in/"


@pytest.mark.parametrize("symbol", ["NIX", "acme", "%00", "A" * 17, "..%2f", "ACME%20"])
def test_an_unknown_symbol_is_a_page_that_does_not_exist(symbol: str, trader: Client):
    assert trader.get(f"/instruments/{symbol}/").status_code == 404
    assert trader.post(f"/instruments/{symbol}/orders/").status_code == 404


def test_pages_with_a_persons_money_are_not_for_shared_caches(trader: Client):
    assert "private" in trader.get("/portfolio/").headers["Cache-Control"]


def test_without_scripts_the_markets_can_be_searched(market: MarketPlace, anybody: Client):
    market.list("OTHER")

    text = anybody.get("/?q=acme").content.decode()

    assert 'data-symbol="ACME"' in text
    assert 'data-symbol="OTHER"' not in text
    assert "No instrument matches." in anybody.get("/?q=nothing").content.decode()


def test_the_help_page_draws_a_book_for_every_type_of_order(anybody: Client):
    text = anybody.get("/help/").content.decode()

    assert text.count('class="tiny-book"') == 9
    assert "One cancels the other (OCO)" in text
