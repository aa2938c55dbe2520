"""Each example does what its first line says, against the exchange as it really runs."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from marketops_client import Client, Side
from tests.clients.traffic import Traffic
from tests.running_system import Entrance, RunningSystem

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LINES_MAX = 80
ENDED_WITHIN_S = 60


def run(example: str, *arguments: str, system: RunningSystem, entrance: Entrance) -> str:
    """Run an example to its end; what it printed."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
        "MARKETOPS_URL": system.http,
        "MARKETOPS_API_KEY": entrance.api_key,
    }
    command = [sys.executable, str(ROOT / "examples" / example), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=ENDED_WITHIN_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def others_trading(exchange: Client, account: str, symbol: str) -> Iterator[None]:
    """Somebody trades for as long as a block of code runs."""
    traffic, is_over = Traffic(exchange, account, symbols=(symbol,), seed=1), threading.Event()

    def go_on() -> None:
        while not is_over.is_set():
            traffic.go_on(1)

    trading = threading.Thread(target=go_on)
    trading.start()
    try:
        yield
    finally:
        is_over.set()
        trading.join()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_enough_to_read_at_once(path: Path):
    assert len(path.read_text().splitlines()) < LINES_MAX


def test_the_market_maker_quotes_both_sides_and_leaves_nothing_behind(system, exchange, people):
    maker = next(people)
    run("market_maker.py", "NOVA", "--seconds", "4", system=system, entrance=maker)
    with Client(system.http, api_key=maker.api_key) as own:
        orders = own.orders(account=maker.account)
    assert {order.side for order in orders} == set(Side)
    assert not any(order.is_open for order in orders)


def test_the_momentum_trader_follows_the_trades_and_ends_without_a_position(system, exchange, entrance, people):
    trader = next(people)
    with others_trading(exchange, entrance.account, "TITAN"):
        run("momentum.py", "TITAN", "--seconds", "6", system=system, entrance=trader)
    with Client(system.http, api_key=trader.api_key) as own:
        assert all(position.quantity == 0 for position in own.positions(trader.account))


def test_the_recorder_writes_every_trade(system, exchange, entrance, tmp_path):
    first = exchange.trades("WORLD", count=1)
    with others_trading(exchange, entrance.account, "WORLD"):
        run("recorder.py", str(tmp_path), "--seconds", "4", system=system, entrance=entrance)
    trades = pq.read_table(tmp_path / "trades.parquet").to_pylist()
    ids = [trade["trade_id"] for trade in trades if trade["symbol"] == "WORLD"]
    assert len(ids) > len(first)
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert {"WORLD"} <= set(pq.read_table(tmp_path / "tops.parquet").column("symbol").to_pylist())
