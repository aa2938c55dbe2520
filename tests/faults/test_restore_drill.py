"""A drill: the whole exchange is backed up while it works, lost, and brought back on another machine's servers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from launch.options import PROJECT
from launch.servers import throwaway
from tests.running_system import GROUP, RunningSystem, wait_until

pytestmark = pytest.mark.xdist_group(GROUP)
SYMBOL = "TITAN"


@pytest.fixture
def folder() -> Iterator[Path]:
    with throwaway.own_folder() as made:
        yield made


def beside(var: Path, *arguments: str) -> str:
    """Run a management command as ``script/manage`` does; what it said, once it went well."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARKETOPS_")}
    env = {name: value for name, value in kept.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "launch.beside", "--", sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**env, "MARKETOPS_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "marketops_site.settings"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def snapshot(system: RunningSystem) -> dict:
    """What a newcomer to the feed is told first."""
    with connect(f"{system.http.replace('http', 'ws', 1)}/ws/v1/market/", proxy=None) as socket:
        socket.send(json.dumps({"op": "subscribe", "channels": ["depth"], "symbols": [SYMBOL]}))
        while True:
            message = json.loads(socket.recv(timeout=10))
            if message["type"] == "snapshot":
                return dict(message)


def place(system: RunningSystem, person: dict, side: str, cl_ord_id: str) -> dict:
    ticket = {
        "cl_ord_id": cl_ord_id,
        "account": person["account"],
        "symbol": SYMBOL,
        "side": side,
        "ord_type": "LIMIT",
        "order_qty": "2",
        "price": "842.50",
        "time_in_force": "GTC",
    }
    with system.client(person["api_key"]) as client:
        answer = client.post("/api/v1/orders/", json=ticket, headers={"Prefer": "wait=5"})
    return {"status": answer.status_code, **answer.json()}


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_lost_exchange_is_brought_back_and_its_clients_begin_anew(folder: Path):
    first, second, backup = folder / "first", folder / "second", folder / "backup"
    first.mkdir()
    second.mkdir()
    lost = RunningSystem.start(first, "--no-agents")
    try:
        trader = lost.demo["trader"]
        kept = place(lost, trader, "BUY", "kept-1")
        assert kept["status"] == 201
        before = snapshot(lost)
        assert "6 books" in beside(first, "backup", str(backup))
        assert "clean" in beside(first, "journal", "verify", SYMBOL)
        forgotten = place(lost, trader, "BUY", "forgotten-1")
    finally:
        lost.stop()

    assert "6 books are halted in a new epoch" in beside(second, "restore", str(backup))
    brought_back = RunningSystem.start(second, "--no-agents")
    try:
        after = snapshot(brought_back)
        assert after["epoch"] != before["epoch"]
        assert after["bids"] == before["bids"]
        repeated = place(brought_back, trader, "BUY", "kept-1")
        assert (repeated["status"], repeated["order_id"]) == (200, kept["order_id"])
        refused = place(brought_back, trader, "BUY", "new-1")
        assert (refused["status"], refused["code"]) == (422, "instrument_halted")
        resumed = brought_back.manage("shell", "-v", "0", "-c", RESUME)
        assert resumed.returncode == 0, resumed.stderr
        taken = place(brought_back, trader, "BUY", "new-2")
        assert taken["status"] == 201
        assert int(taken["order_id"]) > int(forgotten["order_id"]) + 1_000_000
        wait_until(lambda: snapshot(brought_back)["bids"] != before["bids"], within_s=10)
        assert "clean" in beside(second, "journal", "verify", SYMBOL)
    finally:
        brought_back.stop()


RESUME = f"""
from access.selectors import users
from market.services import trading
trading.resume({SYMBOL!r}, actor=users.actor_named("operator", door="system"))
"""
