"""Money is spent once: of fifty orders at the same moment, each worth all that an account has, one is taken on."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from django.db import connection

from market.errors import InProgress
from market.models import Order
from market.selectors import accounts as account_selectors
from market.services import accounts, orders
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind

REQUESTS = 50
AT_ONCE = 25


def placed_at_once(market, **ticket):
    """The reject reasons of as many orders, asked for again while another request holds the account."""

    def place(_):
        wanted = market.ticket(**ticket)
        try:
            while True:
                try:
                    return orders.place(wanted, actor=market.trader).reject
                except InProgress:
                    continue
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(place, range(REQUESTS)))


def test_of_fifty_orders_each_worth_all_that_a_cash_account_has_one_is_taken_on(market):
    reasons = placed_at_once(market, side="BUY", quantity=10_000, price="10.00")
    assert sorted(reasons) == [RejectReason.NONE] + [RejectReason.INSUFFICIENT_BUYING_POWER] * (REQUESTS - 1)
    money = account_selectors.by_number(market.account)
    assert (money.reserved, money.buying_power) == (100_000, 0)
    assert Order.objects.filter(is_open=True).count() == 1


def test_of_fifty_sales_each_of_all_that_is_held_one_is_taken_on(market):
    market.trade(50)
    reasons = placed_at_once(market, side="SELL", quantity=50, price="11.00")
    assert sorted(reasons) == [RejectReason.NONE] + [RejectReason.INSUFFICIENT_POSITION] * (REQUESTS - 1)


def test_of_fifty_short_sales_each_worth_all_that_the_margin_allows_one_is_taken_on(market):
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(500), note="margin", actor=market.trader)
    reasons = placed_at_once(market, side="SELL", quantity=100, price="10.00", account=number)
    assert sorted(reasons) == [RejectReason.NONE] + [RejectReason.INSUFFICIENT_BUYING_POWER] * (REQUESTS - 1)
    assert account_selectors.by_number(number).buying_power == 0
