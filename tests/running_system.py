"""The whole exchange as it really runs: started by the launcher in a folder of its own, to be talked to and hurt."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest

from launch.options import PROJECT
from launch.servers import ports, throwaway

READY_WITHIN_S = 120.0
STOPPED_WITHIN_S = 30.0
GROUP = "system"
PASSWORD = "a-long-password-for-a-test"
OF_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR")

LET_IN = """
import json
from decimal import Decimal
from access.services import api_keys, users
from market.services import accounts
from vocabulary.roles import AccountKind
come_in = {{}}
for name, kind in {kinds}.items():
    actor = users.create(username=name, password={password!r})
    account = accounts.open_account(owner=actor, kind=AccountKind[kind])
    accounts.deposit(account.number, amount=Decimal(10) ** 9, note="for the test", actor=actor)
    come_in[name] = [account.number, api_keys.issue(actor=actor, name="test").secret]
print(json.dumps(come_in))
"""


class Entrance(NamedTuple):
    """What somebody needs to trade by REST."""

    account: str
    api_key: str


@dataclass
class RunningSystem:
    """A running copy: its addresses, its credentials, its processes."""

    var: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, var: Path, *options: str) -> "RunningSystem":
        """Start it as ``script/server`` does and return when it says that everything is ready."""
        console = (var / "console").open("wb")
        port, grpc_port = ports.remembered(var / "port"), ports.remembered(var / "grpc-port")
        command = [
            sys.executable,
            "-m",
            "launch",
            "--var",
            str(var),
            "--port",
            str(port),
            "--grpc-port",
            str(grpc_port),
            "--ssh-port",
            str(ports.remembered(var / "ssh-port")),
            *options,
        ]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
        system = cls(var, process)
        try:
            wait_until(system._is_up, within_s=READY_WITHIN_S)
        except BaseException:
            system.stop()
            raise
        return system

    @property
    def demo(self) -> dict[str, Any]:
        """How to come in: ``demo.json``."""
        return dict(json.loads((self.var / "demo.json").read_text()))

    @property
    def http(self) -> str:
        """The address of the web pages and the API."""
        return str(self.demo["http"])

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the running copy: ``marketops.env``."""
        lines = (self.var / "marketops.env").read_text().splitlines()
        return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    def client(self, api_key: str | None = None) -> httpx.Client:
        """A REST client, over kept connections, for the holder of a key."""
        headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        return httpx.Client(base_url=self.http, headers=headers, trust_env=False, timeout=10)

    @contextmanager
    def browser(self, who: str) -> Iterator[httpx.Client]:
        """A web client signed in as "trader" or "operator" of the demo."""
        person = self.demo[who]
        with httpx.Client(base_url=self.http, trust_env=False, timeout=20, follow_redirects=True) as client:
            client.get("/sign-in/")
            token = next(value for name, value in client.cookies.items() if "csrf" in name)
            form = {"username": person["username"], "password": person["password"], "csrfmiddlewaretoken": token}
            answer = client.post("/sign-in/", data=form, headers={"Referer": f"{self.http}/sign-in/"})
            assert answer.status_code == 200, answer.text
            yield client

    def let_in(self, kinds: dict[str, str]) -> dict[str, Entrance]:
        """Let new people in, each by name with the kind of their account, CASH or HOUSE, and a billion in it."""
        done = self.manage("shell", "-v", "0", "-c", LET_IN.format(kinds=kinds, password=PASSWORD))
        assert done.returncode == 0, done.stderr
        come_in = json.loads(done.stdout.splitlines()[-1])
        return {name: Entrance(*entrance) for name, entrance in come_in.items()}

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the running copy's database answers."""
        with psycopg.connect(self.settings["DATABASE_URL"]) as connection:
            return connection.execute(sql, parameters).fetchall()

    def manage(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a management command of the running copy to its end; ``text`` is what it reads."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env={**clean_environment(), **self.settings, "DJANGO_SETTINGS_MODULE": "marketops_site.settings"},
            input=text,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def pid_of(self, part: str) -> int:
        """The process of a part ("web", "matching", "general", "postgres", "valkey"); 0 while it has none."""
        try:
            return int((self.var / "run" / f"{part}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def kill(self, part: str) -> None:
        """End a part as the kernel would when memory runs out: at once and without a word."""
        pid = self.pid_of(part)
        assert pid, f"{part} does not run"
        os.kill(pid, signal.SIGKILL)

    def wait_until_whole(self, part: str, *, other_than: int) -> None:
        """Return when a killed part runs again, in a process of its own, and the exchange is ready."""
        ready = self.var / "run" / f"{part}.ready"
        wait_until(lambda: self.pid_of(part) not in (0, other_than), within_s=READY_WITHIN_S)
        if part in ("matching", "general"):
            wait_until(ready.exists, within_s=READY_WITHIN_S)
        wait_until(self._answers_ready, within_s=READY_WITHIN_S)

    def said(self) -> str:
        """What stands on the console."""
        return (self.var / "console").read_text()

    def stop(self) -> None:
        """Stop it as Ctrl-C does; killed when it takes too long."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        return (self.var / "marketops.env").exists()

    def _answers_ready(self) -> bool:
        try:
            with self.client() as client:
                answer = client.get("/readyz").json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(answer["status"] == "ready")


def wait_until(condition: Callable[[], object], *, within_s: float) -> None:
    """Return as soon as the condition holds; fail when it takes too long."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {within_s:g} s"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    """The exchange with its demo market but no simulated traders, started once for all tests of the group."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with throwaway.own_folder() as folder:
        running = RunningSystem.start(folder, "--no-agents")
        yield running
        running.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Let all tests of the running system meet in one process, one after the other."""
    for item in items:
        if "system" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(GROUP))


def clean_environment() -> dict[str, str]:
    """This environment without what leads to the servers of the tests themselves; who is in a hurry here may be."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OF_THE_TESTS and not name.startswith("MARKETOPS_")
    }
    return {**kept, "MARKETOPS_RATE_LIMITS": "off"}
