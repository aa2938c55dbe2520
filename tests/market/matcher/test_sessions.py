"""Sessions that cancel on disconnect: who falls silent loses the orders that depend on it, and nobody else does."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from market.errors import InvalidRequest, NotFound
from market.matcher.clock import DatabaseClock
from market.matcher.sweeper import Sweeper
from market.models import SessionLease
from market.selectors import orders as own_orders
from market.services import sessions
from tests.market_place import MarketPlace
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason


class OwnTime:
    """A sweeper's own time, which a test can let stand still while the database's goes on, and the other way round."""

    def __init__(self) -> None:
        self.lag_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() - self.lag_s


@pytest.fixture
def own_time() -> OwnTime:
    return OwnTime()


@pytest.fixture
def sweeper(market: MarketPlace, own_time: OwnTime) -> Sweeper:
    sweeper = Sweeper(market.matcher, shard_numbers=[0], clock=DatabaseClock(monotonic=own_time))
    sweeper.keep_time()
    return sweeper


def sweep(market: MarketPlace, sweeper: Sweeper) -> None:
    sweeper.keep_time()
    market.drain()


def let_seconds_pass(seconds: float) -> None:
    SessionLease.objects.update(expires_at=timezone.now() - timedelta(seconds=seconds))


def place(market: MarketPlace, **terms):
    return market.place("BUY", 10, "9.00", **terms).order.order_id


def found(market: MarketPlace, order_id: int):
    order = own_orders.access_order(order_id, actor=market.trader)
    return order.ord_status, order.reject_reason


def open_session(market: MarketPlace, session: str = "desk-1", timeout_s: int = 10):
    return sessions.open_session(market.account, session=session, timeout_s=timeout_s, actor=market.trader)


def test_a_session_that_falls_silent_loses_the_orders_that_wish_it_and_no_other(market, sweeper):
    open_session(market)
    wishes, stays = place(market, exec_inst="CANCEL_ON_DISCONNECT"), place(market)
    sweep(market, sweeper)
    assert found(market, wishes)[0] is OrdStatus.NEW
    let_seconds_pass(0)
    sweep(market, sweeper)
    assert found(market, wishes) == (OrdStatus.CANCELED, RejectReason.CANCELED_ON_DISCONNECT)
    assert found(market, stays)[0] is OrdStatus.NEW
    assert not SessionLease.objects.exists()


def test_a_session_that_is_renewed_in_time_loses_nothing(market, sweeper):
    session = open_session(market)
    order = place(market, exec_inst="CANCEL_ON_DISCONNECT")
    SessionLease.objects.update(expires_at=timezone.now() + timedelta(milliseconds=50))
    assert sessions.renew([session.token]) == {session.token}
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.NEW
    assert SessionLease.objects.get().expires_at > timezone.now() + timedelta(seconds=8)


def test_a_session_that_has_ended_cannot_be_renewed(market, sweeper):
    session = open_session(market)
    let_seconds_pass(0)
    sweep(market, sweeper)
    assert sessions.renew([session.token, uuid4()]) == frozenset()


def test_whoever_opens_a_session_again_takes_it_over(market, sweeper):
    first, second = open_session(market), open_session(market)
    assert sessions.renew([first.token, second.token]) == {second.token}
    assert SessionLease.objects.count() == 1


@pytest.mark.parametrize(("cancels", "expected"), [(True, OrdStatus.CANCELED), (False, OrdStatus.NEW)])
def test_a_client_that_leaves_says_whether_its_orders_go_with_it(market, sweeper, cancels, expected):
    session = open_session(market)
    order = place(market, exec_inst="CANCEL_ON_DISCONNECT")
    market.drain()
    assert sessions.close(session.token, cancels=cancels) == (1 if cancels else 0)
    market.drain()
    assert found(market, order)[0] is expected
    assert sessions.close(session.token, cancels=True) == 0, "it has ended"


def test_the_switch_cancels_every_order_of_its_account_when_it_is_not_renewed_and_acts_once(market, sweeper):
    armed = sessions.cancel_all_after(market.account, timeout_s=60, actor=market.trader)
    assert timedelta(seconds=55) < armed.expires_at - timezone.now() < timedelta(seconds=61)
    mine, theirs = place(market), market.house_places("BUY", 10, "9.00").order
    let_seconds_pass(0)
    sweep(market, sweeper)
    assert found(market, mine) == (OrdStatus.CANCELED, RejectReason.MASS_CANCEL)
    assert own_orders.access_order(theirs.order_id, actor=market.house).ord_status is OrdStatus.NEW
    later = place(market)
    sweep(market, sweeper)
    assert found(market, later)[0] is OrdStatus.NEW


def test_the_switch_is_disarmed_by_a_timeout_of_zero(market, sweeper):
    sessions.cancel_all_after(market.account, timeout_s=1, actor=market.trader)
    order = place(market)
    assert sessions.cancel_all_after(market.account, timeout_s=0, actor=market.trader) is None
    assert not SessionLease.objects.exists()
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.NEW


def test_an_end_is_asked_for_once_however_many_sweepers_look(market, sweeper):
    open_session(market)
    place(market, exec_inst="CANCEL_ON_DISCONNECT")
    market.drain()
    let_seconds_pass(0)
    other = Sweeper(market.matcher, shard_numbers=[0])
    other.keep_time()
    sweeper.keep_time()
    assert market.drain() == 1


def test_a_jump_of_the_databases_clock_extends_every_lease_once_instead_of_canceling(market, sweeper, own_time):
    session = open_session(market)
    order = place(market, exec_inst="CANCEL_ON_DISCONNECT")
    own_time.lag_s = 3600
    let_seconds_pass(3590)
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.NEW
    assert sessions.renew([session.token]) == {session.token}
    let_seconds_pass(0)
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.CANCELED, "extended once: the next silence counts"


def test_a_clock_that_goes_back_makes_no_lease_longer_than_its_timeout(market, sweeper, own_time):
    open_session(market, timeout_s=10)
    own_time.lag_s = -3600
    SessionLease.objects.update(expires_at=timezone.now() + timedelta(seconds=3610))
    sweep(market, sweeper)
    assert SessionLease.objects.get().expires_at < timezone.now() + timedelta(seconds=11)


def test_who_could_not_be_heard_because_the_database_was_away_is_not_taken_for_silent(market, sweeper, own_time):
    open_session(market)
    order = place(market, exec_inst="CANCEL_ON_DISCONNECT")
    let_seconds_pass(15)
    own_time.lag_s = -15
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.NEW


def test_right_after_a_jump_nothing_is_done_by_the_clock_until_it_has_settled(market, sweeper, own_time):
    expires_at = timezone.now() + timedelta(seconds=1.5)
    order = place(market, time_in_force="GTD", expire_time=expires_at)
    market.drain()
    time.sleep(max(0.0, (expires_at - timezone.now()).total_seconds()) + 0.05)
    own_time.lag_s = 3600
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.NEW
    own_time.lag_s = 3595
    sweep(market, sweeper)
    assert found(market, order)[0] is OrdStatus.EXPIRED


def test_a_stranger_opens_no_session_and_arms_no_switch(market):
    stranger, _ = market.newcomer()
    with pytest.raises(NotFound):
        sessions.open_session(market.account, session="mine", timeout_s=5, actor=stranger)
    with pytest.raises(NotFound):
        sessions.cancel_all_after(market.account, timeout_s=5, actor=stranger)
    assert not SessionLease.objects.exists()


@pytest.mark.parametrize(("session", "timeout_s", "field"), [
    ("", 5, "session"), ("a b", 5, "session"), (sessions.SWITCH, 5, "session"), ("a", 0, "timeout_s"),
    ("a", 86_401, "timeout_s"),
])  # fmt: skip
def test_a_session_with_a_name_or_a_timeout_that_does_not_fit_is_refused(market, session, timeout_s, field):
    with pytest.raises(InvalidRequest) as refused:
        open_session(market, session, timeout_s)
    assert refused.value.field == field


GATEWAY = """
import sys, time
import django
django.setup()
from uuid import UUID
from market.services import sessions
token = UUID(sys.argv[1])
while sessions.renew([token]):
    print("renewed", flush=True)
    time.sleep(0.2)
"""


def test_orders_are_gone_within_the_lease_and_a_second_after_their_gateway_was_killed(market):
    session = open_session(market, timeout_s=1)
    order = place(market, exec_inst="CANCEL_ON_DISCONNECT")
    market.drain()
    name = connection.settings_dict["NAME"]
    url = settings.DATABASE_URL if hasattr(settings, "DATABASE_URL") else os.environ["DATABASE_URL"]
    environment = {**os.environ, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
    gateway = subprocess.Popen(
        [sys.executable, "-c", GATEWAY, str(session.token)], env=environment, stdout=subprocess.PIPE
    )
    sweeper = Sweeper(market.matcher, shard_numbers=[0])
    try:
        assert gateway.stdout is not None
        SessionLease.objects.update(timeout_s=30, expires_at=timezone.now() + timedelta(seconds=30))
        assert gateway.stdout.readline() == b"renewed\n"
        SessionLease.objects.update(timeout_s=1)
        sweeper.start()
        for _ in range(10):
            assert gateway.stdout.readline() == b"renewed\n"
        market.drain()
        assert found(market, order)[0] is OrdStatus.NEW
        os.kill(gateway.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        while found(market, order)[0] is OrdStatus.NEW and time.monotonic() - killed_at < 10:
            market.drain()
            time.sleep(0.02)
        gone_after_s = time.monotonic() - killed_at
        assert found(market, order) == (OrdStatus.CANCELED, RejectReason.CANCELED_ON_DISCONNECT)
        assert gone_after_s < 1 + 1
    finally:
        gateway.kill()
        gateway.wait()
        sweeper.stop()
        if sweeper.is_alive():
            sweeper.join(timeout=10)
