"""A key that reaches some of its holder's accounts shows and trades no other, whatever is asked."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from access.errors import InvalidKeyTerms
from access.records import Actor, KeyTerms
from access.selectors import api_keys as key_selectors
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.models import AccountGrant, InboxCommand, Order, SessionLease
from market.records import ReplaceTicket
from market.selectors import accounts, executions, orders, positions
from market.services import accounts as account_services
from market.services import api_keys, sessions
from market.services import orders as order_services
from tests.market_place import MarketPlace
from vocabulary.roles import KeyScope

SCOPES = KeyScope.READ | KeyScope.TRADE


@pytest.fixture
def second(market: MarketPlace) -> str:
    """Another account of the trader's."""
    return account_services.open_demo_account(market.trader).number


def with_key(market: MarketPlace, *, scopes: KeyScope = SCOPES, account: str | None = None) -> Actor:
    """The trader, come in with a key that reaches one account."""
    reach = None if account is None else frozenset({account})
    key = api_keys.issue(actor=market.trader, name="bot", terms=KeyTerms(scopes=scopes, accounts=reach))
    found = key_selectors.holder_of(key.secret, door="rest", address="127.0.0.1")
    assert found is not None
    return found


def test_a_key_shows_the_accounts_it_reaches_and_what_is_theirs(market, second):
    market.trade(10, "10.00")
    order_id = Order.objects.get(account__number=market.account).pk
    here, elsewhere = with_key(market, account=market.account), with_key(market, account=second)
    assert [account.number for account in accounts.of_actor(here)] == [market.account]
    assert [account.number for account in accounts.of_actor(elsewhere)] == [second]
    shown: list[Callable[[Actor], list]] = [
        positions.of_actor,
        lambda actor: orders.of_actor(actor, count=10),
        lambda actor: executions.fills_of_actor(actor, count=10),
        lambda actor: list(executions.after("ACME", sequence=0, actor=actor).reports),
    ]
    assert [bool(show(here)) for show in shown] == [True] * 4
    assert [bool(show(elsewhere)) for show in shown] == [False] * 4
    for ask in (orders.access_order, executions.of_order):
        assert ask(order_id, actor=here)
        with pytest.raises(NotFound):
            ask(order_id, actor=elsewhere)


def test_a_key_trades_the_accounts_it_reaches_and_no_other(market, second):
    resting = market.place("BUY", 10, "9.00").order
    elsewhere = with_key(market, account=second)
    refused(market, lambda: order_services.place(market.ticket("BUY", 1, "9.00"), actor=elsewhere), InvalidRequest)
    refused(market, lambda: order_services.cancel(resting.order_id, actor=elsewhere), NotFound)
    refused(market, lambda: order_services.mass_cancel(market.account, actor=elsewhere), NotFound)
    refused(market, lambda: order_services.replace(replacement(resting.order_id), actor=elsewhere), NotFound)
    refused(market, lambda: sessions.cancel_all_after(market.account, timeout_s=60, actor=elsewhere), NotFound)
    assert order_services.place(market.ticket("BUY", 1, "9.00", account=second), actor=elsewhere).is_accepted


def test_a_key_that_may_only_read_trades_nothing(market):
    resting = market.place("BUY", 10, "9.00").order
    reader = with_key(market, scopes=KeyScope.READ)
    refused(market, lambda: order_services.place(market.ticket("BUY", 1, "9.00"), actor=reader), NotPermitted)
    refused(market, lambda: order_services.cancel(resting.order_id, actor=reader), NotPermitted)
    refused(market, lambda: order_services.mass_cancel(market.account, actor=reader), NotPermitted)
    refused(market, lambda: order_services.replace(replacement(resting.order_id), actor=reader), NotPermitted)
    refused(market, lambda: sessions.cancel_all_after(market.account, timeout_s=60, actor=reader), NotPermitted)
    assert orders.access_order(resting.order_id, actor=reader).order_id == resting.order_id


def test_no_key_is_issued_for_somebody_elses_account(market):
    for number in (market.house_account, "NOBODYS"):
        with pytest.raises(InvalidKeyTerms) as raised:
            api_keys.issue(actor=market.trader, name="bot", terms=KeyTerms(scopes=SCOPES, accounts=frozenset({number})))
        assert raised.value.field == "accounts"


def test_a_key_reaches_an_account_no_longer_than_its_holder_does(market, second):
    key_holder = with_key(market, account=second)
    AccountGrant.objects.filter(account__number=second).delete()
    assert accounts.of_actor(key_holder) == []


def test_a_session_in_the_browser_reaches_all_accounts(market, second):
    assert {account.number for account in accounts.of_actor(replace(market.trader, accounts=None))} == {
        market.account,
        second,
    }


def replacement(order_id: int) -> ReplaceTicket:
    """A change to an order."""
    return ReplaceTicket(order_id=order_id, cl_ord_id="changed", order_qty=Decimal(5), price=Decimal("9.00"))


def refused(market: MarketPlace, act: Callable[[], object], error: type[Exception]) -> None:
    """The act is refused and leaves nothing behind."""
    before = [model.objects.count() for model in (Order, InboxCommand, SessionLease)]
    with pytest.raises(error):
        act()
    assert [model.objects.count() for model in (Order, InboxCommand, SessionLease)] == before
