"""The embedded PostgreSQL: a data folder of ours, made once, and the server that runs on it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.process import POLL_S, Part
from launch.servers import binaries, identity, ports
from launch.servers.secret import secret

ROLE = "marketops"
ROLES_OF_PROCESSES = ("marketops_web", "marketops_matcher", "marketops_keeper", "marketops_reader")
DATABASE = "marketops"
SUPERUSER = "postgres"
LEFTOVER_WAIT_S = 30.0

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "client_connection_check_interval": "100ms",
    "jit": "off",
    "autovacuum_naptime": "5s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
"""An acknowledged order rests on fsync and synchronous_commit: a commit is on the disk before it is answered.
What was taken out of an inbox is walked over until it is vacuumed away: at full rate a minute's worth costs an order
two milliseconds, so that PostgreSQL looks more often whether there is something to vacuum."""


class Postgres:
    """A PostgreSQL in `folder`, listening on 127.0.0.1 only; passwords are kept in `secret_folder`."""

    def __init__(self, folder: Path, *, secret_folder: Path, log: Path, pause: Callable[[float], object]) -> None:
        self.folder = folder
        self.log = log
        self.port = 0
        self._pause = pause
        self._secret_folder = secret_folder
        self._bin = binaries.postgres_bin()

    @property
    def data(self) -> Path:
        """The data folder proper, owned by whoever the server runs as."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Where the application connects: an ordinary role that owns its database."""
        return f"postgres://{ROLE}:{self._password(ROLE)}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """Where a person who repairs something connects: the superuser."""
        return f"postgres://{SUPERUSER}:{self._password(SUPERUSER)}@127.0.0.1:{self.port}/{DATABASE}"

    def prepared(self, *, settings: Mapping[str, str] | None = None) -> Part:
        """Make the data folder where it is missing, choose a port and say how the server is run."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self._refuse_other_major_version()
        self._wait_for_leftover_server()
        who = identity.choose(bin_folder=self._bin, state=self.folder)
        self._give_to(who)
        if not (self.data / "PG_VERSION").exists():
            self._initdb(who)
        self.port = ports.remembered(self.folder / "port")
        chosen = {**SETTINGS, "port": str(self.port), **(settings or {})}
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        return Part(
            name="postgres",
            command=(str(who.bin_folder / "postgres"), "-D", str(self.data), *options),
            log=self.log,
            ready=self._is_ready,
            env=_environment(),
            identity=who.drop_to,
            prefix=who.prefix,
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": clients are cut off, the data is written out
            death_signal=signal.SIGINT,
            grace_s=30.0,
        )

    def make_database(self) -> None:
        """Make the application's roles and database where they are missing; the server has to be ready."""
        self._make_owner()
        self._make_roles_of_processes()

    def _make_roles_of_processes(self) -> None:
        """Roles without a login, which the owner's processes can take up; what they may do the application grants."""
        done = self._note("roles")
        if done.exists():
            return
        self._psql(
            "".join(
                f"SELECT 'CREATE ROLE {role} NOLOGIN'"
                f" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec\n"
                f"GRANT {role} TO {ROLE};\n"
                for role in ROLES_OF_PROCESSES
            )
        )
        done.touch()

    def _make_owner(self) -> None:
        done = self._note("database")
        if done.exists():
            return
        password = self._password(ROLE)
        self._psql(
            f"SELECT 'CREATE ROLE {ROLE} LOGIN'"
            f" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec\n"
            f"ALTER ROLE {ROLE} CREATEDB PASSWORD '{password}';\n"
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'"
            f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
        )
        done.touch()

    def _psql(self, script: str) -> None:
        env = {**_environment(), "PGPASSWORD": self._password(SUPERUSER)}
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "postgres")
        done = subprocess.run(
            [str(self._bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *where],
            input=script,
            env=env,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LaunchRefusedError(f"The database could not be made: {done.stderr.strip()}")

    def _initdb(self, who: identity.Identity) -> None:
        unfinished = self.data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for made in ("database", "roles"):
            self._note(made).unlink(missing_ok=True)
        unfinished.mkdir(mode=0o700)
        password_file = self.folder / "initdb-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password(SUPERUSER))
        for path in (unfinished, password_file):
            os.chown(path, *who.owner)
        how = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
        done = who.run(
            who.bin_folder / "initdb",
            *("-D", unfinished, "-U", SUPERUSER, "--pwfile", password_file, *how),
            env=_environment(),
        )
        password_file.unlink()
        if done.returncode != 0:
            raise LaunchRefusedError(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")
        unfinished.rename(self.data)

    def _refuse_other_major_version(self) -> None:
        noted = self.data / "PG_VERSION"
        if not noted.exists():
            return
        theirs, ours = noted.read_text().strip(), binaries.postgres_major(self._bin)
        if theirs != ours:
            raise LaunchRefusedError(
                f"{self.data} was written by PostgreSQL {theirs} and this is PostgreSQL {ours}. To move it: "
                "`script/manage backup FILE` with the MarketOps that wrote it, then with this one "
                "`MARKETOPS_VAR_DIR=NEW script/manage restore FILE`, and start with --var NEW."
            )

    def _wait_for_leftover_server(self) -> None:
        deadline = time.monotonic() + LEFTOVER_WAIT_S
        while (pid := self._leftover_pid()) is not None:
            if time.monotonic() > deadline:
                raise LaunchRefusedError(f"A PostgreSQL (pid {pid}) still runs on {self.data}; stop it first.")
            self._pause(POLL_S)

    def _leftover_pid(self) -> int | None:
        noted = _pid_file_lines(self.data)
        if not noted or not noted[0].isdigit():
            return None
        try:
            name = Path(f"/proc/{noted[0]}/comm").read_text().strip()
        except OSError:
            return None
        return int(noted[0]) if name == "postgres" else None

    def _give_to(self, who: identity.Identity) -> None:
        if os.geteuid() != 0 or not self.data.exists() or self.data.stat().st_uid == who.owner[0]:
            return
        for path in (self.data, *self.data.rglob("*")):
            os.chown(path, *who.owner, follow_symlinks=False)

    def _is_ready(self, pid: int) -> bool:
        lines = _pid_file_lines(self.data)
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _note(self, name: str) -> Path:
        return self.folder / f"{name}.done"

    def _password(self, role: str) -> str:
        return secret(self._secret_folder / f"postgres-{role}")


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
