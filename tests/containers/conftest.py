"""The services as their containers would run: the image's files and environment, the composition's words, no engine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from launch.options import PROJECT
from launch.process import Running
from launch.servers import binaries, ports, throwaway
from launch.servers.embedded import started
from launch.servers.postgres import Postgres
from tests.containers import composition, image
from tests.containers.composition import FILLED_IN, Service
from tests.running_system import wait_until

STARTED_WITHIN_S = 60
VAR = "/var/lib/marketops"


@dataclass
class Host:
    """Stands in for the engine: lays each container's folders out under `folder` and runs its process."""

    folder: Path
    services: dict[str, Service] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)

    @property
    def home(self) -> Path:
        """The program as the image holds it."""
        return self.folder / "home"

    def build(self) -> None:
        """What the Dockerfile does to the files that it copies: static files and the compiled kernel."""
        image.lay_out(self.home)
        (self.folder / "kernel").mkdir()
        (self.folder / "volume").mkdir()
        collect = ["python", "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        assert self._build_step(["python", "-m", "compileall", "-q", "."]).wait(STARTED_WITHIN_S) == 0
        steps = [self._build_step(collect), self._build_step(image.command("RUN"))]
        assert [step.wait(STARTED_WITHIN_S) for step in steps] == [0, 0]
        self.built = files(self.home)

    def environment(self, name: str) -> dict[str, str]:
        """All that the process of a service finds in its environment."""
        said = {**image.environment(), **self.services[name].environment}
        return {key: self._here(value, name) for key, value in said.items()}

    def command(self, name: str) -> list[str]:
        """The words that a service starts with."""
        return [self._here(word, name) for word in self.services[name].command]

    def run(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """A command in the container of a service, to its end; the service's own where none is given."""
        return subprocess.run(
            command or self.command(name),
            cwd=self.home,
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=STARTED_WITHIN_S,
            check=False,
        )

    def start(self, name: str) -> None:
        """Start a service and leave it running."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                self.command(name),
                cwd=self.home,
                env=self.environment(name),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self, name: str) -> str:
        """What a service has printed."""
        return (self.folder / f"{name}.log").read_text()

    def ready_file(self, name: str) -> Path:
        """What a service touches when it is ready."""
        return Path(self.environment(name)["MARKETOPS_READY_FILE"])

    def var(self, name: str) -> Path:
        """The folder of data as the container of a service sees it."""
        volume, own = self.folder / "volume", self.folder / f"var-of-{name}"
        if f"var:{VAR}" in self.services[name].said["volumes"]:
            own = volume
        (own / "run").mkdir(parents=True, exist_ok=True)
        return own

    def stop(self, *names: str) -> dict[str, int]:
        """Stop services as the engine does, and say how each ended: -9 when it took longer than it is granted."""
        asked = {name: self.running.pop(name) for name in names}
        for process in asked.values():
            process.send_signal(signal.SIGTERM)
        return {name: self._end_of(name, process) for name, process in asked.items()}

    def _end_of(self, name: str, process: "subprocess.Popen[bytes]") -> int:
        granted_s = int(self.services[name].said["stop_grace_period"].removesuffix("s"))
        try:
            return process.wait(granted_s)
        except subprocess.TimeoutExpired:
            return end(process)

    def _here(self, text: str, name: str) -> str:
        for there, here in {
            "/opt/venv/bin": str(Path(sys.executable).parent),
            "/srv/static": str(self.folder / "static"),
            f"{VAR}-counters": str(self.folder / "counters"),
            f"{VAR}/cache/numba": str(self.folder / "kernel"),
            VAR: str(self.var(name)),
            **self.addresses,
        }.items():
            text = text.replace(there, here)
        return text

    def _build_step(self, command: list[str]) -> "subprocess.Popen[bytes]":
        env = {
            **image.environment(),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "MARKETOPS_STATIC_DIR": str(self.folder / "static"),
            "MARKETOPS_VAR_DIR": str(self.folder / "build"),
            "NUMBA_CACHE_DIR": str(self.folder / "kernel"),
        }
        return subprocess.Popen(command, cwd=self.home, env=env)


@contextmanager
def postgres(host: Host) -> Iterator[None]:
    """A new PostgreSQL in which only the script of the composition has made a role and a database."""
    service = host.services["postgres"]
    (host.folder / "postgres-postgres").write_text(service.environment["POSTGRES_PASSWORD"])
    server = Postgres(
        host.folder / "postgres", secret_folder=host.folder, log=host.folder / "postgres.log", pause=time.sleep
    )
    running = started(server.prepared())
    host.addresses["@postgres:5432"] = f"@127.0.0.1:{server.port}"
    env = {
        **service.environment,
        "PATH": f"{binaries.postgres_bin()}:/usr/bin:/bin",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": service.environment["POSTGRES_PASSWORD"],
    }
    try:
        subprocess.run([PROJECT / "containers" / "postgres-role.sh"], env=env, check=True)
        yield
    finally:
        stop(running)


@contextmanager
def valkey(host: Host) -> Iterator[None]:
    """A Valkey as the script of the composition starts it, on a port that is free here."""
    service, port = host.services["valkey"], ports.any_free()
    (host.folder / "valkey").mkdir()
    env = {
        **service.environment,
        "PATH": f"{binaries.valkey_server().parent}:/usr/bin:/bin",
        "TMPDIR": str(host.folder / "valkey"),
    }
    script = PROJECT / service.said["volumes"][0].split(":")[0]
    with (host.folder / "valkey.log").open("wb") as log:
        process = subprocess.Popen(["sh", script, "--port", str(port)], env=env, stdout=log, stderr=log)
    host.addresses["@valkey:6379"] = f"@127.0.0.1:{port}"
    try:
        wait_until(lambda: ports.answers(port, host="127.0.0.1", timeout_s=1), within_s=STARTED_WITHIN_S)
        yield
    finally:
        process.terminate()
        process.wait(STARTED_WITHIN_S)


def files(folder: Path) -> set[str]:
    """Every path below the folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def end(process: "subprocess.Popen[bytes]") -> int:
    """Kill a service with all that it started, as a container ends whole."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def stop(running: Running) -> None:
    """End a server and wait for its last word."""
    running.ask_to_stop()
    wait_until(running.has_ended, within_s=STARTED_WITHIN_S)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """The image, built; PostgreSQL and Valkey, up; nothing else has run yet."""
    with throwaway.own_folder() as folder, ExitStack() as stack:
        folder.chmod(0o711)  # the database's user passes through
        chosen = {
            name: str(ports.any_free()) for name in ("MARKETOPS_HTTP_PORT", "MARKETOPS_GRPC_PORT", "MARKETOPS_SSH_PORT")
        }
        made = Host(folder, services=composition.services({**FILLED_IN, **chosen}))
        stack.enter_context(postgres(made))
        stack.enter_context(valkey(made))
        made.build()
        yield made
        for process in made.running.values():
            end(process)
