"""``manage.py corporate`` carries out what an issuer does, in the name of one of the staff."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from access.selectors import audit
from access.services import users
from market.models import Position
from market.services import trading
from tests.market_place import PASSWORD
from vocabulary.roles import Role


def corporate(*words: str) -> str:
    said = StringIO()
    call_command("corporate", *words, stdout=said)
    return said.getvalue()


def cash(account: str) -> int:
    return int(Position.objects.get(account__number=account).cash)


def test_a_dividend_is_paid_once_and_recorded_with_who_did_it(market):
    market.trade(10, "10.00")
    for _ in range(2):
        said = corporate("dividend", "ACME", "0.50", "div-1", "--note", "spring", "--by", "stella")
        assert said.split()[:2] == ["div-1", "DIVIDEND"]
    assert cash(market.account) == -95
    assert (audit.newest(count=1)[0].actor_name, audit.newest(count=1)[0].door) == ("stella", "manage")
    assert corporate("list", "--by", "stella").split()[0] == "div-1"


def test_a_second_person_approves_or_declines_a_delisting(market, settings):
    settings.DUAL_CONTROL = True
    users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    market.trade(10, "10.00")
    assert "WAITING" in corporate("delist", "ACME", "1", "end-1", "--by", "stella")
    assert corporate("list", "--waiting", "--by", "stefan").startswith("end-1")
    with pytest.raises(CommandError, match="halted or closed"):
        corporate("approve", "end-1", "--by", "stefan")
    trading.halt("ACME", reason="the end", actor=market.operator)
    with pytest.raises(CommandError, match="ask again"):
        corporate("approve", "end-1", "--by", "stefan")
    market.drain()
    assert "DONE" in corporate("approve", "end-1", "--by", "stefan")
    assert cash(market.account) == -90
    corporate("dividend", "ACME", "1", "div-1", "--by", "stella")
    assert "DECLINED" in corporate("decline", "div-1", "--by", "stefan")


def test_a_split_is_carried_out(market):
    market.trade(10, "10.00")
    trading.halt("ACME", reason="split", actor=market.operator)
    assert "2:1 5" in corporate("split", "ACME", "2", "1", "split-1", "--by", "stella")
    assert Position.objects.get(account__number=market.account).quantity_lots == 20


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["dividend", "NONE", "1", "d-1", "--by", "stella"], "no instrument NONE"),
        (["dividend", "ACME", "ten", "d-1", "--by", "stella"], "ten is no amount"),
        (["dividend", "ACME", "1", "d-1", "--by", "nobody"], "there is no user nobody"),
        (["dividend", "ACME", "1", "d-1", "--by", "olivia"], "Only staff"),
        (["delist", "ACME", "1", "e-1", "--by", "stella"], "halted or closed"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(market, words, reason):
    with pytest.raises(CommandError, match=reason):
        corporate(*words)
