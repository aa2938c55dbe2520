"""While the database is away or silent every door says so in its own words and soon; and comes back by itself."""

import io
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from websockets.sync.client import connect

from marketops.v1 import market_service_pb2, market_service_pb2_grpc
from terminal.main import main as terminal
from terminal.profile import Profile, write
from tests.grpc_api.conftest import refusal_in
from tests.running_system import RunningSystem, wait_until
from vocabulary.exit_status import ExitStatus

ANSWERED_WITHIN_S = 10.0
BACK_WITHIN_S = 60.0


@contextmanager
def silent(system: RunningSystem) -> Iterator[None]:
    """PostgreSQL stands still: its machine takes what is sent, and nothing ever comes back."""
    stopped = _servers(system)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def stopped(system: RunningSystem) -> Iterator[None]:
    """PostgreSQL has ended, and whoever would start it again is held back."""
    system.process.send_signal(signal.SIGSTOP)
    try:
        postmaster = _servers(system)[0]
        os.kill(postmaster, signal.SIGINT)
        wait_until(lambda: not _is_alive(postmaster), within_s=ANSWERED_WITHIN_S)
        yield
    finally:
        system.process.send_signal(signal.SIGCONT)


def _servers(system: RunningSystem) -> list[int]:
    """The postmaster, then every process that it has started."""
    postmaster = int((system.var / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Visit:
    """Where the doors are, what is asked about, and room for what a visitor keeps."""

    system: RunningSystem
    symbol: str
    folder: Path


def rest(visit: Visit) -> str:
    """A program places an order, the same one each time."""
    system = visit.system
    ticket = {
        "cl_ord_id": f"away-{visit.symbol}",
        "account": system.demo["trader"]["account"],
        "symbol": visit.symbol,
        "side": "BUY",
        "ord_type": "MARKET",
        "order_qty": "1",
        "time_in_force": "IOC",
    }
    with system.client(system.demo["trader"]["api_key"]) as client:
        answer = client.post("/api/v1/orders/", json=ticket)
    if answer.status_code in (200, 201):
        return "ok"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    return f"{answer.status_code} {answer.json()['code']}"


def page(visit: Visit) -> str:
    """A person looks at the market."""
    with visit.system.client() as client:
        answer = client.get("/")
    if answer.status_code == 200:
        return "ok"
    assert "The exchange is away for a moment" in answer.text
    assert "css/marketops" in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    return str(answer.status_code)


def websocket(visit: Visit) -> str:
    """A page subscribes to a market that nobody else watches."""
    with connect(f"{visit.system.http.replace('http', 'ws', 1)}/ws/v1/market/", proxy=None) as socket:
        wanted = {"op": "subscribe", "channels": ["trades"], "symbols": [visit.symbol]}
        socket.send(json.dumps(wanted))
        answer: dict[str, Any] = json.loads(socket.recv(timeout=ANSWERED_WITHIN_S))
    return "ok" if answer["type"] == "subscribed" else f"{answer['type']} {answer['code']}"


def grpc_call(visit: Visit) -> str:
    """A program asks for what is listed."""
    with grpc.insecure_channel(visit.system.demo["grpc"]) as channel:
        market = market_service_pb2_grpc.MarketServiceStub(channel)
        try:
            market.ListInstruments(market_service_pb2.ListInstrumentsRequest(), timeout=ANSWERED_WITHIN_S)
        except grpc.RpcError as error:
            told = refusal_in(error)
            assert told.retry_s == 1
            return f"{told.status} {told.reason}"
    return "ok"


def ssh(visit: Visit) -> str:
    """The operator, whose key the console has seen before, asks how things stand."""
    system = visit.system
    host, _, port = str(system.demo["ssh"]).rpartition(":")
    stranger_to_this_machine = ("-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")
    key = str(system.demo["operator"]["ssh_key"])
    command = ["ssh", *stranger_to_this_machine, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", key]
    done = subprocess.run(
        [*command, "-p", port, f"operator@{host}", "status"], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode:
        assert "The exchange's database is away." in done.stderr
    return f"exit {done.returncode}" if done.returncode else "ok"


def terminal_client(visit: Visit) -> str:
    """A trader at a shell looks at their orders."""
    demo, path = visit.system.demo, visit.folder / "profile.toml"
    write(Profile(demo["grpc"], demo["trader"]["api_key"], demo["trader"]["account"]), path, may_replace=True)
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        status = terminal(["orders", "--profile", str(path)])
    if status:
        assert "away" in said.getvalue()
    return "ok" if status == ExitStatus.OK else f"exit {int(status)}"


DOORS: dict[Callable[[Visit], str], str] = {
    rest: "503 unavailable",
    page: "503",
    websocket: "error unavailable",
    grpc_call: "UNAVAILABLE unavailable",
    ssh: "exit 75",
    terminal_client: "exit 75",
}


@pytest.mark.parametrize(("taken_away", "place"), [(silent, -1), (stopped, -2)])
def test_every_door_says_that_the_exchange_is_away_and_takes_up_again_by_itself(
    system: RunningSystem, tmp_path: Path, taken_away: Callable[[RunningSystem], Any], place: int
):
    visit = Visit(system, system.demo["symbols"][place], tmp_path)
    assert ssh(visit) == "ok"

    with taken_away(system):
        said = {door.__name__: door(visit) for door in DOORS}
    assert said == {door.__name__: expected for door, expected in DOORS.items()}

    wait_until(lambda: all(door(visit) == "ok" for door in DOORS), within_s=BACK_WITHIN_S)
