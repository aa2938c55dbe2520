"""The live traders as a process: ready soon, unmoved by a lost database, gone at once when told to stop."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from market.matcher.drain import Matcher
from market.selectors import orders, trades
from simulation.services import population
from tests.simulation.exchange import list_pair, list_share, match_all
from vocabulary import limits

pytestmark = pytest.mark.usefixtures("clean_database", "warm_kernel")

PROCESS = "traders-of-tests"
START_S_MAX = 30.0
ACT_S_MAX = 15.0
STOP_S_MAX = 3.0


@contextmanager
def running_traders(folder):
    """The process, once it has said that it is ready."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    ready_file = folder / "ready"
    env = {
        **os.environ,
        "DATABASE_URL": urlunsplit(address),
        "MARKETOPS_PROCESS": PROCESS,
        "MARKETOPS_READY_FILE": str(ready_file),
        "MARKETOPS_VAR_DIR": str(folder),
        "MARKETOPS_DATABASE_POOL": "2",
    }
    command = [sys.executable, "manage.py", "runtraders", "--seed", "1"]
    with (
        (folder / "output").open("w") as output,
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=output, stderr=output) as process,
    ):
        try:
            wait_until(lambda: ready_file.exists() or process.poll() is not None, within_s=START_S_MAX)
            assert process.poll() is None, (folder / "output").read_text()
            yield process
        finally:
            process.kill()


def wait_until(is_true, *, within_s=ACT_S_MAX):
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def newest_order_id():
    newest = orders.of_actor(population.ensure_house_traders(), count=1)
    return newest[0].order_id if newest else 0


def cut_connections():
    """End the process's connections on the server's side; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s",
            [f"marketops-{PROCESS}"],
        )
        return cursor.fetchone()[0]


def test_traders_trade_until_they_are_told_to_stop_and_leave_their_orders(tmp_path):
    list_share()
    list_pair()
    matcher = Matcher()

    def has_traded():
        match_all(matcher)
        return all(trades.newest(symbol, count=1) for symbol in ("ACME", "EUR-JPY"))

    with running_traders(tmp_path) as process:
        wait_until(has_traded)
        told_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - told_at < STOP_S_MAX

    match_all(matcher)
    assert orders.of_actor(population.ensure_house_traders(), is_open=True, count=limits.PAGE_SIZE_MAX)


def test_traders_outlive_the_loss_of_their_connections(tmp_path):
    list_share()

    with running_traders(tmp_path) as process:
        assert cut_connections() > 0
        before = newest_order_id()
        wait_until(lambda: newest_order_id() > before)
        assert process.poll() is None
