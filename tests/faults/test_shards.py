"""The number of shards changes while orders come in, worker by worker, and none of them is lost or taken twice."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from launch.options import PROJECT
from market import auditing, redis_connection, shards
from market.errors import InProgress
from market.matcher import verification
from market.models import InboxCommand, Instrument, JournalCommand, Order
from tests.market_place import MarketPlace
from tests.running_system import wait_until
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus

SYMBOLS = ("ACME", "BOLT", "NOVA", "TITAN", "WORLD")
READY_WITHIN_S = 60
DRAINED_WITHIN_S = 30

StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(market: MarketPlace, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a real matching worker on the test's own database and returns when it is ready."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*, shard: int, of: int) -> subprocess.Popen[bytes]:
        ready = tmp_path / f"ready-{len(started)}"
        worker = ("-P", "solo", "-Q", f"match.{shard}", "-n", f"match{shard}-{len(started)}@%h", "--without-gossip")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "marketops_site", "worker", *worker],
            cwd=PROJECT,
            env={**os.environ, **_environment(shard=shard, of=of), "MARKETOPS_READY_FILE": str(ready)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        wait_until(lambda: ready.exists() or process.poll() is not None, within_s=READY_WITHIN_S)
        assert process.poll() is None, "the worker did not start"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def _environment(*, shard: int, of: int) -> dict[str, str]:
    database = connection.settings_dict
    where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return {
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{where}",
        "REDIS_URL": django_settings.REDIS_URL,
        "MATCHING_SHARDS": str(of),
        "MARKETOPS_SHARDS": str(shard),
        "MARKETOPS_PROCESS": f"matching{shard}",
    }


class OrderFlow(threading.Thread):
    """Orders of the same two accounts into all books, one after the other, until it is stopped."""

    def __init__(self, market: MarketPlace) -> None:
        super().__init__(name="orders")
        self._market = market
        self._stopping = threading.Event()
        self.acknowledged: list[int] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for symbol, side in zip(cycle(SYMBOLS), cycle(("SELL", "BUY", "BUY", "SELL", "SELL", "BUY", "BUY"))):
                if self._stopping.is_set():
                    break
                try:
                    place = self._market.house_places if side == "SELL" else self._market.place
                    receipt = place(side, 1, "10.00", symbol=symbol)
                except InProgress:
                    continue
                assert receipt.is_accepted
                self.acknowledged.append(receipt.order.order_id)
        except BaseException as error:
            self.failure = error
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def more(self, count: int = 50) -> None:
        """Return when so many more orders are acknowledged."""
        goal = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= goal or self.failure, within_s=DRAINED_WITHIN_S)
        assert self.failure is None


def deadlocks() -> int:
    """How many deadlocks the database has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def differences() -> dict[str, tuple[str, ...]]:
    """What the audit finds, law by law."""
    return {verdict.law.name: verdict.found.differences for verdict in auditing.everything(auditing.LAWS).broken}


@pytest.mark.timeout(240)
def test_from_one_shard_to_two_and_back_under_orders_nothing_is_lost(market, start_worker, settings):
    for symbol in SYMBOLS[1:]:
        market.list(symbol)
    deadlocks_before = deadlocks()
    settings.MATCHING_SHARDS = 2
    assert {shards.shard_of(symbol) for symbol in SYMBOLS} == {0, 1}
    settings.MATCHING_SHARDS = 1
    only = start_worker(shard=0, of=1)
    flow = OrderFlow(market)
    flow.start()
    try:
        flow.more()
        both = start_worker(shard=0, of=2), start_worker(shard=1, of=2)
        flow.more()
        only.send_signal(signal.SIGTERM)
        settings.MATCHING_SHARDS = 2
        only.wait(timeout=30)
        flow.more()
        assert differences() == {}, "two shards settle trades of the same accounts, and every figure holds meanwhile"
        flow.more()
        start_worker(shard=0, of=1)
        both[1].kill()  # its queue goes on to be filled by a door that does not know yet
        flow.more()
        both[0].send_signal(signal.SIGTERM)
        settings.MATCHING_SHARDS = 1
        flow.more()
    finally:
        flow.stop()
    assert flow.failure is None
    wait_until(lambda: not InboxCommand.objects.exists(), within_s=DRAINED_WITHIN_S)
    assert not Order.objects.filter(pk__in=flow.acknowledged, ord_status=OrdStatus.PENDING_NEW).exists()
    sequenced = JournalCommand.objects.filter(kind=CommandKind.NEW_ORDER).values_list("order_id", flat=True)
    assert Counter(sequenced) == Counter(flow.acknowledged)
    for instrument in Instrument.objects.all():
        assert verification.verify(instrument).fault == ""
    assert differences() == {}
    assert deadlocks() == deadlocks_before


@pytest.mark.timeout(120)
def test_the_queue_of_a_shard_that_is_no_more_is_emptied_by_the_worker_of_the_first(market, start_worker, settings):
    client = redis_connection.client()
    settings.MATCHING_SHARDS = 2
    symbol = next(symbol for symbol in SYMBOLS if shards.shard_of(symbol) == 1)
    if symbol != "ACME":
        market.list(symbol)
    order = market.house_places("SELL", 5, "10.00", symbol=symbol).order
    settings.MATCHING_SHARDS = 1
    assert shards.left_over_queues(client) == ["match.1"]
    start_worker(shard=0, of=1)
    wait_until(lambda: not shards.left_over_queues(client), within_s=DRAINED_WITHIN_S)
    wait_until(lambda: not InboxCommand.objects.exists(), within_s=DRAINED_WITHIN_S)
    assert Order.objects.get(pk=order.order_id).ord_status == OrdStatus.NEW
