"""``manage.py money`` does what staff do to the money of accounts, in the name of one of them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from access.selectors import audit
from access.services import users
from market.selectors import accounts
from tests.market_place import PASSWORD
from vocabulary.roles import Role


def money(*words: str) -> str:
    said = StringIO()
    call_command("money", *words, stdout=said)
    return said.getvalue()


def test_money_is_moved_once_and_recorded_with_who_did_it(market):
    for _ in range(2):
        said = money("deposit", market.account, "250.50", "prize-7", "--note", "first prize", "--by", "stella")
        assert said.split()[:2] == ["prize-7", "DEPOSIT"]
    money("withdraw", market.account, "0.50", "w-1", "--by", "stella")
    assert accounts.by_number(market.account).cash == 100_250
    assert (audit.newest(count=1)[0].actor_name, audit.newest(count=1)[0].door) == ("stella", "manage")
    assert [line.split()[0] for line in money("list", "--by", "stella").splitlines()] == ["w-1", "prize-7"]


def test_a_second_person_approves_or_declines(market, settings):
    settings.DUAL_CONTROL = True
    users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    assert "WAITING" in money("reset", market.account, "7", "r-1", "--by", "stella")
    assert money("list", "--waiting", "--by", "stefan").startswith("r-1")
    with pytest.raises(CommandError, match="ask somebody else"):
        money("approve", "r-1", "--by", "stella")
    assert "DONE" in money("approve", "r-1", "--by", "stefan")
    money("deposit", market.account, "1", "d-1", "--by", "stella")
    assert "DECLINED" in money("decline", "d-1", "--by", "stefan")
    assert accounts.by_number(market.account).cash == 7


def test_a_grant_is_given_and_taken(market):
    money("grant", market.account, "olivia", "--by", "stella")
    assert [record.number for record in accounts.of_actor(market.operator)] == [market.account]
    money("revoke", market.account, "olivia", "--by", "stella")
    assert accounts.of_actor(market.operator) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["deposit", "NOBODY", "1", "d-1", "--by", "stella"], "no such account"),
        (["deposit", "HOUSE", "ten", "d-1", "--by", "stella"], "ten is no amount"),
        (["deposit", "HOUSE", "1", "d-1", "--by", "nobody"], "there is no user nobody"),
        (["deposit", "HOUSE", "1", "d-1", "--by", "olivia"], "Only staff"),
        (["withdraw", "HOUSE", "1", "w-1", "--by", "stella"], "free of orders"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(market, words, reason):
    with pytest.raises(CommandError, match=reason):
        money(*words)
    assert accounts.by_number("HOUSE").cash == 0
