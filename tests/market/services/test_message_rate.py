"""How often an account may ask: counted once for all processes, and still bounded while Redis is away."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from market.errors import Throttled
from market.models import ClOrdIdUse, Order
from market.records import ReplaceTicket
from market.rows import TradedAccount
from market.services import message_rate, orders, standings
from market.services.message_rate import Buckets
from vocabulary.account_limits import AccountLimits
from vocabulary.roles import AccountKind


def account(per_s, account_id=999_001):
    return TradedAccount(account_id, "A1", AccountKind.CASH, "USD", AccountLimits(messages_per_s_max=per_s))


@pytest.fixture
def with_redis(monkeypatch):
    """Redis with nothing counted, and asked at once."""
    monkeypatch.setattr(message_rate, "_redis_again_at_s", 0.0)
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("marketops:rate:*"):
        client.delete(key)
    return client


@pytest.fixture
def without_redis(monkeypatch):
    """A Redis at whose address nobody answers."""
    monkeypatch.setattr(message_rate, "_redis_again_at_s", 0.0)
    monkeypatch.setattr(message_rate, "_buckets", Buckets())
    nobody = redis.Redis(port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(message_rate, "_script", lambda: nobody.register_script(message_rate.TAKE))


def test_threads_that_ask_at_once_get_a_seconds_worth_between_them(with_redis):
    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(lambda _: message_rate.take(account(20), wanted=5), range(8)))
    assert sum(grant.messages for grant in granted) == 20
    assert max(grant.retry_after_s for grant in granted) <= 1


def test_accounts_do_not_count_for_each_other(with_redis):
    assert message_rate.take(account(3), wanted=9).messages == 3
    assert message_rate.take(account(3, 999_002), wanted=9).messages == 3


def test_without_redis_a_process_counts_by_itself(without_redis):
    assert message_rate.take(account(3), wanted=2).messages == 2
    assert message_rate.take(account(3), wanted=2).messages == 1
    refused = message_rate.take(account(3), wanted=2)
    assert (refused.messages, 0 < refused.retry_after_s <= 1 / 3) == (0, True)


def test_a_rate_of_zero_lets_nothing_through_and_none_everything():
    assert message_rate.take(account(0), wanted=5).messages == 0
    assert message_rate.take(account(None), wanted=5).messages == 5


def test_buckets_are_kept_for_so_many_accounts_and_no_more():
    buckets = Buckets(accounts_max=2)
    for account_id in range(5):
        buckets.take(account_id, per_s=1, wanted=1, now_us=0)
    assert len(buckets) == 2


@given(
    per_s=st.integers(1, 1000),
    asks=st.lists(st.tuples(st.integers(0, 2_000_000), st.integers(1, 50)), min_size=1, max_size=60),
)
def test_in_no_second_more_is_let_through_than_a_bucket_and_what_refills(per_s, asks):
    buckets, now_us, total = Buckets(), 0, 0
    for pause_us, wanted in asks:
        now_us += pause_us
        total += buckets.take(1, per_s=per_s, wanted=wanted, now_us=now_us).messages
        assert total <= per_s + per_s * now_us / 1_000_000 + 1e-3


@given(per_s=st.integers(1, 1000))
def test_whoever_waits_as_long_as_told_is_let_through(per_s):
    buckets = Buckets()
    buckets.take(1, per_s=per_s, wanted=per_s, now_us=0)
    refused = buckets.take(1, per_s=per_s, wanted=1, now_us=0)
    assert refused.messages == 0
    assert buckets.take(1, per_s=per_s, wanted=1, now_us=round(refused.retry_after_s * 1_000_000) + 1).messages == 1


def test_what_comes_too_fast_is_refused_with_a_time_and_nothing_of_it_is_recorded(market, with_redis):
    standings.set_limits(market.account, changes={"messages_per_s_max": 2}, actor=market.operator)
    tickets = [market.ticket("BUY", 1, "9.00") for _ in range(4)]
    answers = orders.place_many(tickets, actor=market.trader)
    assert [isinstance(answer, Throttled) for answer in answers] == [False, False, True, True]
    assert 0 < answers[2].retry_after_s <= 1
    assert (Order.objects.count(), ClOrdIdUse.objects.count()) == (2, 2)


def test_a_replacement_counts_and_a_cancel_does_not(market, with_redis):
    standings.set_limits(market.account, changes={"messages_per_s_max": 1}, actor=market.operator)
    order = market.place("BUY", 1, "9.00").order
    with pytest.raises(Throttled):
        orders.replace(ReplaceTicket("r-1", order.order_id, order.order_qty, order.price), actor=market.trader)
    orders.cancel(order.order_id, actor=market.trader)
