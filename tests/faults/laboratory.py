"""An exchange to be hurt: servers of its own, a warm parent that forks its processes, and what the database says."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import redis

from launch.options import PROJECT
from launch.process import tied_to_this_process
from launch.servers import throwaway
from launch.servers.embedded import EmbeddedServers, embedded_servers
from tests.faults.landings import Landings
from tests.running_system import clean_environment, wait_until

ENDS_WITHIN_S = 60.0
LOOK_EVERY_S = 0.001


@dataclass
class Child:
    """A process that the warm parent forked for one deed."""

    laboratory: "Laboratory"
    pid: int
    outcome_file: Path
    status: int | None = None
    is_stopped: bool = False

    def look(self) -> None:
        """Learn how it is now."""
        if self.status is not None:
            return
        seen = self.laboratory.ask({"do": "look", "pid": self.pid})
        self.is_stopped = seen["state"] == "stopped" or (self.is_stopped and seen["state"] == "running")
        if seen["state"] == "ended":
            self.status, self.is_stopped = seen["status"], False

    def wait(self, *, within_s: float = ENDS_WITHIN_S) -> int:
        """Wait until it has ended; its status, a signal's number below zero."""
        self._wait(lambda: self.status is not None, within_s=within_s)
        assert self.status is not None
        return self.status

    def wait_until_stopped(self, *, within_s: float = ENDS_WITHIN_S) -> bool:
        """Wait until it has stopped itself or ended; whether it is stopped."""
        self._wait(lambda: self.is_stopped or self.status is not None, within_s=within_s)
        return self.is_stopped

    def go_on(self) -> None:
        """Let a stopped process run again."""
        self.is_stopped = False
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it as the kernel would when memory runs out."""
        self.look()
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def outcome(self) -> Any:
        """What the deed returned, once it has ended well; its error is raised."""
        status = self.wait()
        assert self.outcome_file.exists(), f"ended with {status} and without an outcome: {self.laboratory.said()}"
        said = json.loads(self.outcome_file.read_text())
        if "error" in said:
            raise DeedFailed(said["error"] + "\n" + self.laboratory.said())
        return said["outcome"]

    def _wait(self, condition: Any, *, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        self.look()
        while not condition():
            assert time.monotonic() < deadline, f"not within {within_s:g} s: {self.laboratory.said()}"
            time.sleep(LOOK_EVERY_S)
            self.look()


class DeedFailed(AssertionError):
    """A deed ended with an exception in its process."""


@dataclass
class Laboratory:
    """The servers, the warm parent and the files of one laboratory. Its books are open to everybody's orders."""

    folder: Path
    servers: EmbeddedServers
    landings: Landings
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    database: str = "marketops"
    number: int = 0
    bug: str = ""
    """A planted bug that every process of this laboratory has."""
    _parent: "subprocess.Popen[str] | None" = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Migrate the database, warm the parent up and let people in."""
        self._make_folders()
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=PROJECT,
            env=self.environment(),
            check=True,
        )
        self._parent = subprocess.Popen(
            tied_to_this_process((sys.executable, "-m", "tests.faults.warm_parent"), death=signal.SIGKILL),
            cwd=PROJECT,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("ab"),
            text=True,
        )
        assert "ready" in self._answer()
        self.people = self.do("let_in")

    @contextmanager
    def renewed(self, *, bug: str = "") -> Iterator["Laboratory"]:
        """The same servers and people, with a database and journals as new; its processes have the bug named."""
        number = next(self._numbers)
        name = f"marketops_{number}"
        again = replace(self, database=name, number=number, bug=bug)
        again._make_folders()
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self.database}")
        self.redis().flushall()
        try:
            yield again
        finally:
            self.wait_for_postgres()
            self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    def _make_folders(self) -> None:
        for name in ("journals", "outcomes"):
            (self.folder / str(self.number) / name).mkdir(parents=True, exist_ok=True)

    def _admin(self, statement: str) -> None:
        url = self.servers.postgres.url.rpartition("/")[0] + "/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """End the warm parent, and with it every child."""
        if self._parent is not None:
            self._parent.kill()
            self._parent.wait()

    @property
    def log(self) -> Path:
        """What the processes say."""
        return self.folder / "children.log"

    @property
    def journals(self) -> Path:
        """The folder of the clients' journals."""
        return self.folder / str(self.number) / "journals"

    @property
    def landed_file(self) -> Path:
        """Where each fault writes a line before it strikes."""
        return self.folder / str(self.number) / "landed"

    def new_file(self) -> Path:
        """A name for a file that is not there yet; its coming into being tells processes something."""
        return self.folder / str(self.number) / f"file-{next(self._numbers)}"

    def said(self) -> str:
        """The end of what the processes have said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:]) if self.log.exists() else ""

    def environment(self) -> dict[str, str]:
        """What a process of the laboratory finds in its environment."""
        kept = {name: os.environ[name] for name in ("NUMBA_CACHE_DIR",) if name in os.environ}
        return {
            **clean_environment(),
            **self.servers.environment(),
            **kept,
            "PYTHONPATH": str(PROJECT),
            "DJANGO_SETTINGS_MODULE": "marketops_site.settings",
            "MARKETOPS_VAR_DIR": str(self.folder),
            "MARKETOPS_DATABASE_POOL": "0",
            "MARKETOPS_LOG_FILES": "0",
            "MARKETOPS_LOG_LEVEL": "ERROR",
            "MARKETOPS_SECRET_KEY": "a-secret-of-the-laboratory-that-opens-nothing-else",
        }

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the warm parent."""
        assert self._parent is not None
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(question) + "\n")
        self._parent.stdin.flush()
        return self._answer()

    def begin(self, deed: str, **arguments: Any) -> Child:
        """Begin a deed (a function of tests/faults/deeds.py) in a process of its own."""
        number = next(self._numbers)
        outcome = self.folder / str(self.number) / "outcomes" / f"{number}.json"
        about = {
            "people": self.people,
            "journal": str(self.journals / f"{number:06d}.jsonl"),
            "landed": str(self.landed_file),
            "database": self.database,
            "bug": self.bug,
            **arguments,
        }
        asked = {"do": "start", "deed": deed, "arguments": about, "outcome": str(outcome)}
        return Child(self, self.ask(asked)["pid"], outcome)

    def do(self, deed: str, **arguments: Any) -> Any:
        """Do a deed to its end and return its outcome."""
        return self.begin(deed, **arguments).outcome()

    def landed(self) -> list[tuple[str, str]]:
        """The faults of failpoints that struck so far, as place and action."""
        if not self.landed_file.exists():
            return []
        lines = self.landed_file.read_text().splitlines()
        return [(site, action) for site, action, _ in (line.split() for line in lines)]

    def market_in(self, symbol: str) -> str:
        """List an instrument; its symbol again."""
        self.do("list_instrument", symbol=symbol)
        return symbol

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the database answers."""
        url = self.servers.postgres.url.rpartition("/")[0] + f"/{self.database}"
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.execute(sql, parameters or None).fetchall()

    @contextmanager
    def probe(self) -> Iterator[Callable[[], bool]]:
        """Hold a connection to the database open; what is yielded says whether it has been cut off since."""
        url = self.servers.postgres.url.rpartition("/")[0] + f"/{self.database}"
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:

            def is_cut_off() -> bool:
                try:
                    connection.execute("SELECT 1")
                except psycopg.OperationalError:
                    return True
                return False

            yield is_cut_off

    def redis(self) -> redis.Redis:
        """A client of the Valkey for whom everything is allowed."""
        return redis.Redis.from_url(self.servers.valkey.admin_url)

    def wait_for_postgres(self) -> None:
        """Return when the database answers again."""
        wait_until(self._answers, within_s=30)

    def _answers(self) -> bool:
        try:
            return self.query("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def _answer(self) -> dict[str, Any]:
        assert self._parent is not None
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        assert line, f"the warm parent has ended: {self.said()}"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def opened(landings: Landings) -> Iterator[Laboratory]:
    """A laboratory in memory, gone at the end."""
    with (
        throwaway.own_folder() as folder,
        embedded_servers(folder, postgres_settings=throwaway.POSTGRES_SETTINGS) as servers,
    ):
        laboratory = Laboratory(folder, servers, landings)
        try:
            laboratory.start()
            yield laboratory
        finally:
            laboratory.stop()
