"""What nobody was woken for is found, with or without Redis."""

import socket
from collections.abc import Iterator

import pytest
import redis
from django.db import connection

from market import redis_connection, shards, wake
from market.matcher.sweeper import Sweeper
from market.selectors import orders as own_orders
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.orders import OrdStatus

QUEUE_KEY = "marketops:match.0"


@pytest.fixture
def broker(market: MarketPlace, settings) -> Iterator[redis.Redis]:
    """Redis with an empty queue of wake-ups."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(QUEUE_KEY)
    yield client
    client.delete(QUEUE_KEY, wake.flag_of("ACME"))


@pytest.fixture
def redis_away(market: MarketPlace, settings, monkeypatch) -> Iterator[None]:
    """No Redis where it is looked for."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        monkeypatch.setattr(wake, "_courier", wake._Courier())
        redis_connection.client.cache_clear()
        yield
    redis_connection.client.cache_clear()


@pytest.fixture
def sweeper(market: MarketPlace) -> Sweeper:
    """A sweeper of the test's own matcher; swept by hand."""
    return Sweeper(market.matcher, shard_numbers=[shards.shard_of("ACME")])


def let_time_pass(milliseconds: int) -> None:
    """Make everything that waits older."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE market_inboxcommand SET accepted_at = accepted_at - %s * interval '1 ms'", [milliseconds]
        )


def status_of(market: MarketPlace, order_id: int) -> OrdStatus:
    return own_orders.access_order(order_id, actor=market.trader).ord_status


def test_an_order_whose_wake_up_was_lost_is_woken_for_again(market, sweeper, broker):
    order_id = market.place("BUY", 10, "9.00").order.order_id
    broker.delete(QUEUE_KEY)
    sweeper.sweep()
    assert broker.llen(QUEUE_KEY) == 0, "it has not waited long yet"
    let_time_pass(limits.SWEEP_AFTER_MS)
    broker.delete(wake.flag_of("ACME"))
    sweeper.sweep()
    assert broker.llen(QUEUE_KEY) == 1
    assert status_of(market, order_id) is OrdStatus.PENDING_NEW


def test_an_order_behind_a_flag_that_nobody_answers_is_drained_by_the_sweeper_itself(market, sweeper, broker):
    broker.set(wake.flag_of("ACME"), b"1")
    order_id = market.place("BUY", 10, "9.00").order.order_id
    assert broker.llen(QUEUE_KEY) == 0, "whoever saw the flag sent no task"
    let_time_pass(limits.SWEEP_INLINE_AFTER_MS)
    sweeper.sweep()
    assert status_of(market, order_id) is OrdStatus.NEW


def test_many_orders_at_once_wake_a_book_once(market, broker):
    for _ in range(5):
        market.place("BUY", 10, "9.00")
    assert broker.llen(QUEUE_KEY) == 1


def test_a_book_whose_lease_another_worker_holds_is_left_to_it_until_the_sweeper_doubts_it(market, sweeper, broker):
    order_id = market.place("BUY", 10, "9.00").order.order_id
    broker.set("marketops:lease:ACME", b"another worker", px=limits.BOOK_LEASE_MS)
    assert market.drain() == 0
    let_time_pass(limits.SWEEP_INLINE_AFTER_MS)
    sweeper.sweep()
    assert status_of(market, order_id) is OrdStatus.NEW


def test_without_redis_orders_are_acknowledged_and_the_sweeper_drains_them(market, sweeper, redis_away):
    receipt = market.place("BUY", 10, "9.00")
    assert receipt.is_accepted
    let_time_pass(limits.SWEEP_INLINE_AFTER_MS)
    sweeper.sweep()
    assert status_of(market, receipt.order.order_id) is OrdStatus.NEW


def test_without_redis_a_matcher_works_as_ever(market, redis_away):
    market.trade(10)
    assert market.drain() == 0


def test_a_sweeper_leaves_the_books_of_other_shards_alone(market, broker):
    order_id = market.place("BUY", 10, "9.00").order.order_id
    let_time_pass(limits.SWEEP_INLINE_AFTER_MS)
    Sweeper(market.matcher, shard_numbers=[shards.shard_of("ACME") + 1]).sweep()
    assert status_of(market, order_id) is OrdStatus.PENDING_NEW
