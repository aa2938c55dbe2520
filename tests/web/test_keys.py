"""The API keys page, with scripts off: keys are issued, shown once, listed and revoked."""

import re

import pytest
from django.test import Client

from access.models import ApiKey
from access.selectors import api_keys as key_selectors
from tests.market_place import MarketPlace

SECRET = re.compile(r"<code data-secret>(mk_[A-Za-z0-9_-]{43})</code>")


def test_a_key_is_shown_in_the_answer_that_issues_it_and_never_again(market: MarketPlace, trader: Client):
    answer = trader.post("/keys/issue/", {"name": "my bot", "scopes": ["TRADE"], "accounts": [market.account]})
    secret = SECRET.findall(answer.content.decode())[0]
    actor = key_selectors.holder_of(secret, door="rest", address="127.0.0.1")
    assert (actor.username, actor.may_trade, actor.accounts) == ("tim", True, frozenset({market.account}))
    assert "no-store" in answer["Cache-Control"]
    again = trader.get("/keys/").content.decode()
    assert "my bot" in again
    assert secret not in again


def test_a_key_of_which_nothing_is_chosen_may_read_all_accounts(market: MarketPlace, trader: Client):
    trader.post("/keys/issue/", {"name": "reader"})
    terms = key_selectors.of_actor(market.trader)[0].terms
    assert ([scope.name for scope in terms.scopes], terms.accounts, terms.expires_at) == (["READ"], None, None)


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "bot", "scopes": ["ADMIN"]}, "scopes"),
        ({"name": "bot", "accounts": ["HOUSE"]}, "accounts"),
        ({"name": "bot", "addresses": "here"}, "addresses"),
        ({"name": "bot", "days": "3"}, "days"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(market: MarketPlace, trader: Client, entered, field):
    answer = trader.post("/keys/issue/", entered)
    assert answer.status_code == 422
    assert f'data-field="{field}"' in answer.content.decode()
    assert ApiKey.objects.count() == 0


def test_a_key_is_revoked_by_its_button(market: MarketPlace, trader: Client, operator: Client):
    trader.post("/keys/issue/", {"name": "my bot"})
    key_id = key_selectors.of_actor(market.trader)[0].key_id
    assert operator.post(f"/keys/{key_id}/revoke/").status_code == 404
    assert trader.post(f"/keys/{key_id}/revoke/").status_code == 303
    assert key_selectors.of_actor(market.trader) == []
