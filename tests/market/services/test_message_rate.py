"""How many orders and replacements an account may hand in each second, whichever way they come."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.conf import settings

from access import rates
from access.rates import in_redis
from access.rates.in_process import Buckets
from market.errors import Throttled
from market.models import ClOrdIdUse, Order
from market.records import ReplaceTicket
from market.rows import TradedAccount
from market.services import message_rate, orders, standings
from vocabulary.account_limits import AccountLimits
from vocabulary.roles import AccountKind


def account(per_s, account_id=999_001):
    return TradedAccount(account_id, "A1", AccountKind.CASH, "USD", AccountLimits(messages_per_s_max=per_s))


@pytest.fixture(autouse=True)
def nothing_counted():
    """Buckets that are full."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("marketops:bucket:account:*"):
        client.delete(key)


@pytest.fixture
def without_redis(monkeypatch):
    """A Redis at whose address nobody answers."""
    nobody = redis.Redis(port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(in_redis, "_script", lambda: nobody.register_script(in_redis.TAKE))
    monkeypatch.setattr(rates, "_own", Buckets())
    yield
    rates._Redis.again_at_s = 0.0


def test_threads_that_ask_at_once_get_a_seconds_worth_between_them():
    began_s = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(lambda _: message_rate.take(account(20), wanted=1), range(40)))
    has_come_back = math.ceil(20 * (time.monotonic() - began_s))
    assert 20 <= sum(grant.messages for grant in granted) <= 20 + has_come_back
    assert max(grant.retry_after_s for grant in granted) <= 1 / 20


def test_of_many_at_once_as_many_go_on_as_there_is_room_for():
    assert message_rate.take(account(3), wanted=2).messages == 2
    assert message_rate.take(account(3), wanted=5).messages == 1
    assert message_rate.take(account(3, 999_002), wanted=5).messages == 3


def test_without_redis_a_process_counts_by_itself(without_redis):
    assert message_rate.take(account(3), wanted=2).messages == 2
    assert message_rate.take(account(3), wanted=2).messages == 1
    refused = message_rate.take(account(3), wanted=2)
    assert (refused.messages, 0 < refused.retry_after_s <= 1 / 3) == (0, True)


def test_a_rate_of_zero_lets_nothing_through_and_none_everything():
    assert message_rate.take(account(0), wanted=5).messages == 0
    assert message_rate.take(account(None), wanted=5).messages == 5


def test_what_comes_too_fast_is_refused_with_a_time_and_nothing_of_it_is_recorded(market):
    standings.set_limits(market.account, changes={"messages_per_s_max": 2}, actor=market.operator)
    tickets = [market.ticket("BUY", 1, "9.00") for _ in range(4)]
    answers = orders.place_many(tickets, actor=market.trader)
    assert [isinstance(answer, Throttled) for answer in answers] == [False, False, True, True]
    assert 0 < answers[2].retry_after_s <= 1
    assert (Order.objects.count(), ClOrdIdUse.objects.count()) == (2, 2)


def test_a_replacement_counts_and_a_cancel_does_not(market):
    standings.set_limits(market.account, changes={"messages_per_s_max": 1}, actor=market.operator)
    order = market.place("BUY", 1, "9.00").order
    with pytest.raises(Throttled):
        orders.replace(ReplaceTicket("r-1", order.order_id, order.order_qty, order.price), actor=market.trader)
    orders.cancel(order.order_id, actor=market.trader)
