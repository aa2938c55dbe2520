"""Both embedded servers for as long as a block of code runs."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.process import POLL_S, Part, Running, last_lines, stop_together
from launch.servers.postgres import Postgres
from launch.servers.valkey import Valkey


@dataclass(frozen=True)
class EmbeddedServers:
    """A PostgreSQL and a Valkey that are up, with their processes."""

    postgres: Postgres
    valkey: Valkey
    processes: dict[str, Running]

    def environment(self) -> dict[str, str]:
        """The settings that lead the application, and whoever injects faults, to these servers."""
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "MARKETOPS_POSTGRES_ADMIN_URL": self.postgres.admin_url,
            "MARKETOPS_REDIS_ADMIN_URL": self.valkey.admin_url,
        }

    def kill(self, name: str) -> None:
        """End "postgres" or "valkey" as a power cut would."""
        self.processes[name].kill()

    def start_again(self, name: str) -> None:
        """Start "postgres" or "valkey" again on the same port after it ended."""
        self.processes[name] = started(self.processes[name].part)


@contextmanager
def embedded_valkey(folder: Path) -> Iterator[Valkey]:
    """Bring up a Valkey alone, for who wants to wipe or kill it without disturbing others."""
    valkey = Valkey(folder / "valkey", secret_folder=folder / "secrets", log=folder / "valkey.log")
    running = started(valkey.prepared())
    try:
        yield valkey
    finally:
        stop_together([running], pause=time.sleep)


@contextmanager
def embedded_servers(
    folder: Path, *, postgres_settings: Mapping[str, str] | None = None, log_folder: Path | None = None
) -> Iterator[EmbeddedServers]:
    """Bring both servers up in `folder` and stop them at the end; what they stored stays there."""
    logs = log_folder or folder
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    secret_folder = folder / "secrets"
    postgres = Postgres(folder / "postgres", secret_folder=secret_folder, log=logs / "postgres.log", pause=time.sleep)
    valkey = Valkey(folder / "valkey", secret_folder=secret_folder, log=logs / "valkey.log")
    servers = EmbeddedServers(postgres, valkey, processes={})
    try:
        servers.processes["postgres"] = started(postgres.prepared(settings=postgres_settings))
        servers.processes["valkey"] = started(valkey.prepared())
        postgres.make_database()
        yield servers
    finally:
        stop_together(list(servers.processes.values()), pause=time.sleep)


def started(part: Part, *, pause: Callable[[float], object] = time.sleep) -> Running:
    """Start a part and wait until it is ready; a part that ends first, or takes too long, refuses the start."""
    running = Running(part)
    try:
        while not running.is_ready():
            if running.has_ended():
                raise LaunchRefusedError(
                    f"{part.name}: {running.how_it_ended()}. Its last words:\n{last_lines(part.log)}"
                )
            if time.monotonic() - running.started_at > part.ready_within_s:
                raise LaunchRefusedError(
                    f"{part.name} was not ready within {part.ready_within_s:.0f} s; see {part.log}"
                )
            pause(POLL_S)
    except BaseException:
        running.kill()
        raise
    return running
