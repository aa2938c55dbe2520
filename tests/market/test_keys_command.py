"""``manage.py keys``: somebody's API keys from the command line."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from access.models import ApiKey
from access.selectors import api_keys as key_selectors
from tests.market_place import MarketPlace


def said(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("keys", *words, stdout=out)
    return out.getvalue()


def test_a_key_is_issued_listed_and_revoked(market: MarketPlace):
    printed = said("issue", "tim", "bot", "--trade", "--account", market.account, "--address", "192.0.2.0/24")
    secret = printed.split()[1]
    actor = key_selectors.holder_of(secret, door="rest", address="192.0.2.1")
    assert (actor.username, actor.may_trade, actor.accounts) == ("tim", True, frozenset({market.account}))
    assert secret[:12] in said("list", "tim")
    assert said("revoke", "tim", secret[:12]) == f"{secret[:12]} is revoked\n"
    assert said("list", "tim") == ""


@pytest.mark.parametrize(
    "words",
    [
        ("list", "nobody"),
        ("issue", "tim", "bot", "--admin"),
        ("issue", "tim", "bot", "--account", "HOUSE"),
        ("issue", "tim", "bot", "--days", "0"),
        ("revoke", "tim", "mk_nothing00"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_and_nothing_is_left(market: MarketPlace, words: tuple[str, ...]):
    with pytest.raises(CommandError):
        said(*words)
    assert ApiKey.objects.count() == 0
